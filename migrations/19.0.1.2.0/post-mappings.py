def migrate(cr, version):
    """Say of each mapped set of taxes that it is one of sales; others had no names."""
    cr.execute(
        """
        UPDATE qbo_mapping
           SET key = 'sale:' || key, tax_use = 'sale'
         WHERE kind = 'tax' AND position(':' IN key) = 0
        """
    )

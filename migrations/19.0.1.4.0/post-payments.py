def migrate(cr, version):
    """Say of what is booked that its money is still where it was."""
    cr.execute(
        """
        UPDATE qbo_payment
           SET booked_account_qbo_id = account_qbo_id
         WHERE account_payment_id IS NOT NULL AND booked_account_qbo_id IS NULL
        """
    )

def migrate(cr, version):
    """Say of what is booked that it is still as it was."""
    cr.execute(
        """
        UPDATE qbo_payment
           SET booked_account_qbo_id = qbo_payment.account_qbo_id,
               booked_amount = account_payment.amount
          FROM account_payment
         WHERE account_payment.id = qbo_payment.account_payment_id
           AND qbo_payment.booked_account_qbo_id IS NULL
        """
    )

"""The groups that stand for the roles, from the least right to the most."""

USER_GROUP = "quickbooks_online.group_qbo_user"
APPROVER_GROUP = "quickbooks_online.group_qbo_approver"
ACCOUNTANT_GROUP = "quickbooks_online.group_qbo_accountant"
ADMINISTRATOR_GROUP = "quickbooks_online.group_qbo_administrator"

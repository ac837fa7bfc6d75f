"""Charts of accounts as QBO opens them, about sixty accounts per country.

One line per account: `name | subtype`, sub-accounts as `parent:name`. Types follow from
subtypes.
"""

from .chart_fr import FR

_US = """
Prepaid Expenses | PrepaidExpenses
Undeposited Funds | UndepositedFunds
Uncategorized Asset | OtherCurrentAssets
Inventory Asset | Inventory
Accounts Receivable (A/R) | AccountsReceivable
Checking | Checking
Savings | Savings
Cash on hand | CashOnHand
Organizational Costs | OrganizationalCosts
Furniture & Fixtures | FurnitureAndFixtures
Truck | Vehicles
Truck:Original Cost | Vehicles
Truck:Depreciation | AccumulatedDepreciation
Accounts Payable (A/P) | AccountsPayable
Mastercard | CreditCard
Visa | CreditCard
Loan Payable | OtherCurrentLiabilities
Deferred Revenue | OtherCurrentLiabilities
Payroll Liabilities | PayrollTaxPayable
Notes Payable | OtherLongTermLiabilities
Opening Balance Equity | OpeningBalanceEquity
Retained Earnings | RetainedEarnings
Owner's Investment | OwnersEquity
Owner's Pay & Personal Expenses | PersonalExpense
Sales | SalesOfProductIncome
Services | ServiceFeeIncome
Services:Advisory | ServiceFeeIncome
Services:Advisory:Retainers | ServiceFeeIncome
Gross Receipts | SalesOfProductIncome
Sales of Product Income | SalesOfProductIncome
Discounts given | DiscountsRefundsGiven
Refunds-Allowances | DiscountsRefundsGiven
Billable Expense Income | ServiceFeeIncome
Unapplied Cash Payment Income | UnappliedCashPaymentIncome
Uncategorized Income | ServiceFeeIncome
Interest Earned | InterestEarned
Other Portfolio Income | OtherMiscellaneousIncome
Cost of Goods Sold | SuppliesMaterialsCogs
Cost of labor | CostOfLaborCos
Advertising | AdvertisingPromotional
Bank Charges | BankCharges
Commissions & fees | OtherMiscellaneousServiceCost
Dues & Subscriptions | DuesSubscriptions
Insurance | Insurance
Insurance:Insurance - Liability | Insurance
Legal & Professional Fees | LegalProfessionalFees
Meals and Entertainment | EntertainmentMeals
Office Expenses | OfficeGeneralAdministrativeExpenses
Payroll Expenses | PayrollExpenses
QuickBooks Payments Fees | OtherBusinessExpenses
Rent or Lease | RentOrLeaseOfBuildings
Repair & Maintenance | RepairMaintenance
Stationery & Printing | OfficeGeneralAdministrativeExpenses
Supplies | SuppliesMaterials
Taxes & Licenses | TaxesPaid
Travel | Travel
Travel Meals | TravelMeals
Uncategorized Expense | OtherMiscellaneousServiceCost
Unapplied Cash Bill Payment Expense | UnappliedCashBillPaymentExpense
Utilities | Utilities
Utilities:Gas and Electric | Utilities
Ask My Accountant | OtherMiscellaneousServiceCost
Miscellaneous | OtherMiscellaneousExpense
Penalties & Settlements | PenaltiesSettlements
Reconciliation Discrepancies | OtherMiscellaneousExpense
Depreciation | Depreciation
"""

_GB = """
Debtors | AccountsReceivable
Undeposited Funds | UndepositedFunds
Prepayments | PrepaidExpenses
Uncategorised Asset | OtherCurrentAssets
Stock Asset | Inventory
Current | Checking
Reserve | Savings
Cash on hand | CashOnHand
Office equipment | FixedAssetOtherToolsEquipment
Motor vehicles | Vehicles
Motor vehicles:Cost | Vehicles
Motor vehicles:Depreciation | AccumulatedDepreciation
Computer equipment | FixedAssetComputers
Creditors | AccountsPayable
Company credit card | CreditCard
VAT Control | GlobalTaxPayable
VAT Suspense | GlobalTaxSuspense
Accruals | AccruedLiabilities
Deferred income | DeferredRevenue
PAYE and NI payable | PayrollTaxPayable
Director's loan account | OtherCurrentLiabilities
Corporation tax payable | CurrentTaxLiability
Bank loan | BankLoans
Called up share capital | CalledUpShareCapital
Opening Balance Equity | OpeningBalanceEquity
Profit and Loss Account | RetainedEarnings
Dividends paid | DividendDisbursed
Sales | SalesOfProductIncome
Sales of Product Income | SalesOfProductIncome
Services | ServiceFeeIncome
Services:Advisory | ServiceFeeIncome
Services:Advisory:Retainers | ServiceFeeIncome
Discounts given | DiscountsRefundsGiven
Billable Expense Income | ServiceFeeIncome
Unapplied Cash Payment Income | UnappliedCashPaymentIncome
Uncategorised Income | OtherPrimaryIncome
Interest receivable | InterestEarned
Other income | OtherMiscellaneousIncome
Cost of sales | SuppliesMaterialsCogs
Subcontractors | CostOfLaborCos
Advertising and marketing | AdvertisingPromotional
Bank charges | BankCharges
Computer and IT costs | OfficeGeneralAdministrativeExpenses
Dues and subscriptions | DuesSubscriptions
Entertaining | Entertainment
Flat rate VAT expense | GlobalTaxExpense
Insurance | Insurance
Legal and professional fees | LegalProfessionalFees
Light and heat | Utilities
Office expenses | OfficeGeneralAdministrativeExpenses
Postage and stationery | OfficeGeneralAdministrativeExpenses
Rent and rates | RentOrLeaseOfBuildings
Repairs and maintenance | RepairMaintenance
Telephone and broadband | Utilities
Travel expenses - selling | TravelExpensesSellingExpense
Travel expenses - general and admin | TravelExpensesGeneralAndAdminExpenses
Uncategorised Expense | OtherMiscellaneousServiceCost
Unapplied Cash Bill Payment Expense | UnappliedCashBillPaymentExpense
Wages and salaries | PayrollExpenses
Bad debts | BadDebts
Depreciation | Depreciation
Exchange Gain or Loss | ExchangeGainOrLoss
Reconciliation Discrepancies | OtherMiscellaneousExpense
"""

_CA = """
Accounts Receivable (A/R) | AccountsReceivable
Undeposited Funds | UndepositedFunds
Prepaid expenses | PrepaidExpenses
Uncategorized Asset | OtherCurrentAssets
Inventory Asset | Inventory
Chequing | Checking
Savings | Savings
Petty cash | CashOnHand
Furniture and equipment | FurnitureAndFixtures
Vehicles | Vehicles
Vehicles:Cost | Vehicles
Vehicles:Accumulated amortization | AccumulatedAmortization
Accounts Payable (A/P) | AccountsPayable
Mastercard | CreditCard
GST/HST Payable | GlobalTaxPayable
GST/HST Suspense | GlobalTaxSuspense
PST Payable (BC) | GlobalTaxPayable
PST Payable (MB) | GlobalTaxPayable
PST Payable (SK) | GlobalTaxPayable
QST Payable | GlobalTaxPayable
QST Suspense | GlobalTaxSuspense
Deferred revenue | DeferredRevenue
Payroll liabilities | PayrollTaxPayable
Shareholder loan | OtherCurrentLiabilities
Line of credit | LineOfCredit
Long-term loan | OtherLongTermLiabilities
Opening Balance Equity | OpeningBalanceEquity
Retained Earnings | RetainedEarnings
Common shares | CommonStock
Dividends | DividendDisbursed
Sales | SalesOfProductIncome
Sales of Product Income | SalesOfProductIncome
Services | ServiceFeeIncome
Services:Advisory | ServiceFeeIncome
Services:Advisory:Retainers | ServiceFeeIncome
Discounts given | DiscountsRefundsGiven
Billable Expense Income | ServiceFeeIncome
Unapplied Cash Payment Income | UnappliedCashPaymentIncome
Uncategorized Income | OtherPrimaryIncome
Interest income | InterestEarned
Other income | OtherMiscellaneousIncome
Cost of Goods Sold | SuppliesMaterialsCogs
Subcontractors | CostOfLaborCos
Advertising | AdvertisingPromotional
Bank charges | BankCharges
Dues and subscriptions | DuesSubscriptions
Insurance | Insurance
Legal and professional fees | LegalProfessionalFees
Meals and entertainment | EntertainmentMeals
Office expenses | OfficeGeneralAdministrativeExpenses
Payroll expenses | PayrollExpenses
PST Expense | GlobalTaxExpense
Rent | RentOrLeaseOfBuildings
Repair and maintenance | RepairMaintenance
Stationery and printing | OfficeGeneralAdministrativeExpenses
Supplies | SuppliesMaterials
Travel | Travel
Uncategorized Expense | OtherMiscellaneousServiceCost
Unapplied Cash Bill Payment Expense | UnappliedCashBillPaymentExpense
Utilities | Utilities
Amortization | Amortization
Exchange Gain or Loss | ExchangeGainOrLoss
Reconciliation Discrepancies | OtherMiscellaneousExpense
"""

_AU = """
Accounts Receivable (A/R) | AccountsReceivable | 11000
Undeposited Funds | UndepositedFunds | 11050
Prepayments | PrepaidExpenses | 11100
Uncategorised Asset | OtherCurrentAssets | 11200
Inventory Asset | Inventory | 11300
Business cheque account | Checking | 10000
Business savings account | Savings | 10100
Petty cash | CashOnHand | 10200
Office equipment | FixedAssetOtherToolsEquipment | 15000
Motor vehicles | Vehicles | 15100
Motor vehicles:At cost | Vehicles | 15110
Motor vehicles:Depreciation | AccumulatedDepreciation | 15120
Computer equipment | FixedAssetComputers | 15200
Accounts Payable (A/P) | AccountsPayable | 20000
Business credit card | CreditCard | 20100
GST Liabilities Payable | GlobalTaxPayable | 21000
GST Suspense | GlobalTaxSuspense | 21050
BAS Clearing | OtherCurrentLiabilities | 21100
PAYG withholding payable | PayrollTaxPayable | 21200
Superannuation payable | PayrollTaxPayable | 21300
Income received in advance | DeferredRevenue | 21400
Loan from director | OtherCurrentLiabilities | 21500
Income tax payable | CurrentTaxLiability | 21600
Bank loan | BankLoans | 25000
Opening Balance Equity | OpeningBalanceEquity | 30000
Retained Earnings | RetainedEarnings | 30100
Share capital | ShareCapital | 30200
Dividends paid | DividendDisbursed | 30300
Sales | SalesOfProductIncome | 40000
Sales of Product Income | SalesOfProductIncome | 40100
Services | ServiceFeeIncome | 40200
Services:Advisory | ServiceFeeIncome | 40210
Services:Advisory:Retainers | ServiceFeeIncome | 40211
Discounts given | DiscountsRefundsGiven | 40300
Billable Expense Income | ServiceFeeIncome | 40400
Unapplied Cash Payment Income | UnappliedCashPaymentIncome | 40500
Uncategorised Income | OtherPrimaryIncome | 40600
Interest income | InterestEarned | 45000
Other income | OtherMiscellaneousIncome | 45100
Cost of sales | SuppliesMaterialsCogs | 50000
Subcontractors | CostOfLaborCos | 50100
Accounting fees | LegalProfessionalFees | 60000
Advertising | AdvertisingPromotional | 60100
Bank charges | BankCharges | 60200
Computer and IT | OfficeGeneralAdministrativeExpenses | 60300
Donations | CharitableContributions | 60400
Dues and subscriptions | DuesSubscriptions | 60500
Electricity and gas | Utilities | 60600
Insurance | Insurance | 60700
Legal fees | LegalProfessionalFees | 60800
Meals and entertainment | EntertainmentMeals | 60900
Office expenses | OfficeGeneralAdministrativeExpenses | 61000
Rent | RentOrLeaseOfBuildings | 61100
Repairs and maintenance | RepairMaintenance | 61200
Staff training | StaffCosts | 61300
Superannuation | PayrollExpenses | 61400
Telephone and internet | Utilities | 61500
Travel | Travel | 61600
Uncategorised Expense | OtherMiscellaneousServiceCost | 61700
Unapplied Cash Bill Payment Expense | UnappliedCashBillPaymentExpense | 61800
Wages and salaries | PayrollExpenses | 61900
Depreciation | Depreciation | 65000
Reconciliation Discrepancies | OtherMiscellaneousExpense | 65100
"""

CHARTS = {"US": _US, "GB": _GB, "CA": _CA, "AU": _AU, "FR": FR}


def accounts(country):
    """Yield `(full name, subtype, number or None)` for a country's chart."""
    for line in CHARTS[country].strip().splitlines():
        name, subtype, *number = (part.strip() for part in line.split(" | "))
        yield name, subtype, number[0] if number else None

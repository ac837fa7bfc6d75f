"""The types of accounts, their classifications and subtypes."""

# `type | classification | default subtype`, then the further subtypes.
_TABLE = """
Bank | Asset | CashOnHand
    Checking MoneyMarket RentsHeldInTrust Savings TrustAccounts
    CashAndCashEquivalents OtherEarMarkedBankAccounts
Other Current Asset | Asset | EmployeeCashAdvances
    AllowanceForBadDebts DevelopmentCosts OtherCurrentAssets Inventory
    Investment_MortgageRealEstateLoans Investment_Other
    Investment_TaxExemptSecurities Investment_USGovernmentObligations
    LoansToOfficers LoansToOthers LoansToStockholders PrepaidExpenses Retainage
    UndepositedFunds AssetsAvailableForSale BalWithGovtAuthorities
    CalledUpShareCapitalNotPaid ExpenditureAuthorisationsAndLettersOfCredit
    GlobalTaxDeferred GlobalTaxRefund InternalTransfers OtherConsumables
    ProvisionsCurrentAssets ShortTermInvestmentsInRelatedParties
    ShortTermLoansAndAdvancesToRelatedParties TradeAndOtherReceivables
Fixed Asset | Asset | FurnitureAndFixtures
    AccumulatedDepletion AccumulatedDepreciation DepletableAssets
    FixedAssetComputers FixedAssetCopiers FixedAssetFurniture FixedAssetPhone
    FixedAssetPhotoVideo FixedAssetSoftware FixedAssetOtherToolsEquipment Land
    LeaseholdImprovements OtherFixedAssets AccumulatedAmortization Buildings
    IntangibleAssets MachineryAndEquipment Vehicles AssetsInCourseOfConstruction
    CapitalWip CumulativeDepreciationOnIntangibleAssets LandAsset
    NonCurrentAssets
Other Asset | Asset | Licenses
    LeaseBuyout OtherLongTermAssets SecurityDeposits
    AccumulatedAmortizationOfOtherAssets Goodwill OrganizationalCosts
    AssetsHeldForSale AvailableForSaleFinancialAssets DeferredTax Investments
    LongTermInvestments OtherIntangibleAssets OtherLongTermInvestments
    PrepaymentsAndAccruedIncome
Accounts Receivable | Asset | AccountsReceivable
Equity | Equity | OpeningBalanceEquity
    PartnerContributions PartnerDistributions PartnersEquity
    PaidInCapitalOrSurplus PersonalExpense PersonalIncome OwnersEquity
    PreferredStock RetainedEarnings TreasuryStock CommonStock EstimatedTaxes
    Healthcare AccumulatedAdjustment CalledUpShareCapital CapitalReserves
    DividendDisbursed EquityInEarningsOfSubsiduaries InvestmentGrants
    MoneyReceivedAgainstShareWarrants OtherFreeReserves ShareCapital
    ShareApplicationMoneyPendingAllotment Funds
Expense | Expense | Travel
    AdvertisingPromotional BadDebts BankCharges CharitableContributions
    CommissionsAndFees Entertainment EntertainmentMeals EquipmentRental
    FinanceCosts GlobalTaxExpense Insurance InterestPaid LegalProfessionalFees
    OfficeExpenses OfficeGeneralAdministrativeExpenses OtherBusinessExpenses
    OtherMiscellaneousServiceCost PromotionalMeals RentOrLeaseOfBuildings
    RepairMaintenance ShippingFreightDelivery SuppliesMaterials TaxesPaid
    TravelMeals Utilities Auto CostOfLabor DuesSubscriptions PayrollExpenses
    UnappliedCashBillPaymentExpense AmortizationExpense
    AppropriationsToDepreciation BorrowingCost DistributionCosts
    ExternalServices ExtraordinaryCharges IncomeTaxExpense
    LossOnDiscontinuedOperationsNetOfTax ManagementCompensation
    OtherCurrentOperatingCharges OtherExternalServices OtherRentalCosts
    OtherSellingExpenses ProjectStudiesSurveysAssessments PurchasesRebates
    ShippingAndDeliveryExpense StaffCosts Sundry
    TravelExpensesGeneralAndAdminExpenses TravelExpensesSellingExpense
    CashExpenditureExpense OfficeExpense
Other Expense | Expense | Depreciation
    ExchangeGainOrLoss OtherMiscellaneousExpense PenaltiesSettlements
    Amortization GasAndFuel HomeOffice HomeOwnerRentalInsurance MortgageInterest
    OtherHomeOfficeExpenses OtherVehicleExpenses ParkingAndTolls RentAndLease
    RepairsAndMaintenance Vehicle VehicleInsurance VehicleLease VehicleLoan
    VehicleLoanInterest VehicleRegistration VehicleRepairs WashAndRoadServices
    DeferredTaxExpense ExceptionalItems ExtraordinaryItems IncomeTaxOtherExpense
    MatCredit PriorPeriodItems TaxRoundoffGainOrLoss Depletion
Cost of Goods Sold | Expense | CostOfLaborCos
    EquipmentRentalCos OtherCostsOfServiceCos ShippingFreightDeliveryCos
    SuppliesMaterialsCogs CostOfSales FreightAndDeliveryCost
Accounts Payable | Liability | AccountsPayable
    OutstandingDuesMicroSmallEnterprise
Credit Card | Liability | CreditCard
Long Term Liability | Liability | NotesPayable
    OtherLongTermLiabilities ShareholderNotesPayable AccruedLongTermLiabilities
    AccrualsAndDeferredIncome AccruedVacationPayable BankLoans
    DebtsRelatedToParticipatingInterests DeferredTaxLiabilities
    GovernmentAndOtherPublicAuthorities GroupAndAssociates
    LiabilitiesRelatedToAssetsHeldForSale LongTermBorrowings LongTermDebit
    LongTermEmployeeBenefitObligations ObligationsUnderFinanceLeases
    ProvisionForLiabilities ProvisionsNonCurrentLiabilities
    StaffAndRelatedLongTermLiabilityAccounts
Other Current Liability | Liability | OtherCurrentLiabilities
    DirectDepositPayable LineOfCredit LoanPayable GlobalTaxPayable
    GlobalTaxSuspense PayrollClearing PayrollTaxPayable PrepaidExpensesPayable
    RentsInTrustLiability TrustAccountsLiabilities FederalIncomeTaxPayable
    InsurancePayable SalesTaxPayable StateLocalIncomeTaxPayable
    AccruedLiabilities CurrentLiabilities CurrentPortionOfLoansAndBorrowings
    CurrentTaxLiability DeferredRevenue DividendsPayable DutiesAndTaxes
    InterestPayables ProvisionForWarrantyObligations
    ProvisionsCurrentLiabilities ShortTermBorrowings SocialSecurityAgencies
    StaffAndRelatedLiabilityAccounts SundryDebtorsAndCreditors
    TradeAndOtherPayables
Income | Revenue | OtherPrimaryIncome
    NonProfitIncome SalesOfProductIncome ServiceFeeIncome DiscountsRefundsGiven
    UnappliedCashPaymentIncome CashReceiptIncome OperatingGrants
    OtherCurrentOperatingIncome OwnWorkCapitalized RevenueGeneral SalesRetail
    SalesWholesale SavingsByTaxScheme
Other Income | Revenue | OtherInvestmentIncome
    DividendIncome InterestEarned OtherMiscellaneousIncome TaxExemptInterest
    GainLossOnSaleOfFixedAssets GainLossOnSaleOfInvestments
    LossOnDisposalOfAssets OtherOperatingIncome
    UnrealisedLossOnSecuritiesNetOfTax
"""


def _read_table():
    types, name = {}, None
    for line in _TABLE.strip().splitlines():
        if line.startswith(" "):
            types[name][1].extend(line.split())
        else:
            name, classification, default = line.split(" | ")
            types[name] = (classification, [default])
    return types


_TYPES = _read_table()

ACCOUNT_TYPES = tuple(_TYPES)
CLASSIFICATION = {name: entry[0] for name, entry in _TYPES.items()}
DEFAULT_SUBTYPE = {name: entry[1][0] for name, entry in _TYPES.items()}
TYPE_OF_SUBTYPE = {
    subtype: name for name, (_, subtypes) in _TYPES.items() for subtype in subtypes
}

# These can neither have sub-accounts nor be one.
WITHOUT_HIERARCHY = frozenset(
    {
        "OpeningBalanceEquity",
        "UndepositedFunds",
        "RetainedEarnings",
        "CashReceiptIncome",
        "CashExpenditureExpense",
        "ExchangeGainOrLoss",
    }
)

# QBO itself posts to these: they stay active and keep their type.
SYSTEM_SUBTYPES = frozenset(
    {
        "AccountsReceivable",
        "AccountsPayable",
        "UndepositedFunds",
        "RetainedEarnings",
        "GlobalTaxPayable",
        "GlobalTaxSuspense",
    }
)

# Only these may be in a foreign currency.
WITH_CURRENCY = frozenset(
    {"Bank", "Credit Card", "Accounts Receivable", "Accounts Payable"}
)

# A discount lowers income or is an expense.
DISCOUNT_TYPES = ("Income", "Other Income", "Expense", "Other Expense")

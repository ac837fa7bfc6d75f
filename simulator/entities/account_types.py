"""The types of accounts, their classifications and subtypes."""

ASSET, EQUITY, EXPENSE = "Asset", "Equity", "Expense"
LIABILITY, REVENUE = "Liability", "Revenue"

# type: (classification, default subtype, further subtypes)
_TYPES = {
    "Bank": (
        ASSET,
        "CashOnHand",
        "Checking MoneyMarket RentsHeldInTrust Savings TrustAccounts CashAndCashEquivalents"
        " OtherEarMarkedBankAccounts",
    ),
    "Other Current Asset": (
        ASSET,
        "EmployeeCashAdvances",
        "AllowanceForBadDebts DevelopmentCosts OtherCurrentAssets Inventory"
        " Investment_MortgageRealEstateLoans Investment_Other Investment_TaxExemptSecurities"
        " Investment_USGovernmentObligations LoansToOfficers LoansToOthers"
        " LoansToStockholders PrepaidExpenses Retainage UndepositedFunds AssetsAvailableForSale"
        " BalWithGovtAuthorities CalledUpShareCapitalNotPaid ExpenditureAuthorisationsAndLettersOfCredit"
        " GlobalTaxDeferred GlobalTaxRefund InternalTransfers OtherConsumables"
        " ProvisionsCurrentAssets ShortTermInvestmentsInRelatedParties"
        " ShortTermLoansAndAdvancesToRelatedParties TradeAndOtherReceivables",
    ),
    "Fixed Asset": (
        ASSET,
        "FurnitureAndFixtures",
        "AccumulatedDepletion AccumulatedDepreciation DepletableAssets FixedAssetComputers"
        " FixedAssetCopiers FixedAssetFurniture FixedAssetPhone FixedAssetPhotoVideo"
        " FixedAssetSoftware FixedAssetOtherToolsEquipment Land LeaseholdImprovements"
        " OtherFixedAssets AccumulatedAmortization Buildings IntangibleAssets"
        " MachineryAndEquipment Vehicles AssetsInCourseOfConstruction CapitalWip"
        " CumulativeDepreciationOnIntangibleAssets LandAsset NonCurrentAssets",
    ),
    "Other Asset": (
        ASSET,
        "Licenses",
        "LeaseBuyout OtherLongTermAssets SecurityDeposits AccumulatedAmortizationOfOtherAssets"
        " Goodwill OrganizationalCosts AssetsHeldForSale AvailableForSaleFinancialAssets"
        " DeferredTax Investments LongTermInvestments OtherIntangibleAssets"
        " OtherLongTermInvestments PrepaymentsAndAccruedIncome",
    ),
    "Accounts Receivable": (ASSET, "AccountsReceivable", ""),
    "Equity": (
        EQUITY,
        "OpeningBalanceEquity",
        "PartnerContributions PartnerDistributions PartnersEquity PaidInCapitalOrSurplus"
        " PersonalExpense PersonalIncome OwnersEquity PreferredStock RetainedEarnings"
        " TreasuryStock CommonStock EstimatedTaxes Healthcare AccumulatedAdjustment"
        " CalledUpShareCapital CapitalReserves DividendDisbursed EquityInEarningsOfSubsiduaries"
        " InvestmentGrants MoneyReceivedAgainstShareWarrants OtherFreeReserves ShareCapital"
        " ShareApplicationMoneyPendingAllotment Funds",
    ),
    "Expense": (
        EXPENSE,
        "Travel",
        "AdvertisingPromotional BadDebts BankCharges CharitableContributions"
        " CommissionsAndFees Entertainment EntertainmentMeals EquipmentRental"
        " FinanceCosts GlobalTaxExpense Insurance InterestPaid LegalProfessionalFees"
        " OfficeExpenses OfficeGeneralAdministrativeExpenses OtherBusinessExpenses"
        " OtherMiscellaneousServiceCost PromotionalMeals RentOrLeaseOfBuildings"
        " RepairMaintenance ShippingFreightDelivery SuppliesMaterials TaxesPaid TravelMeals"
        " Utilities Auto CostOfLabor DuesSubscriptions PayrollExpenses"
        " UnappliedCashBillPaymentExpense AmortizationExpense AppropriationsToDepreciation"
        " BorrowingCost DistributionCosts ExternalServices ExtraordinaryCharges"
        " IncomeTaxExpense LossOnDiscontinuedOperationsNetOfTax ManagementCompensation"
        " OtherCurrentOperatingCharges OtherExternalServices OtherRentalCosts"
        " OtherSellingExpenses ProjectStudiesSurveysAssessments PurchasesRebates"
        " ShippingAndDeliveryExpense StaffCosts Sundry TravelExpensesGeneralAndAdminExpenses"
        " TravelExpensesSellingExpense CashExpenditureExpense OfficeExpense",
    ),
    "Other Expense": (
        EXPENSE,
        "Depreciation",
        "ExchangeGainOrLoss OtherMiscellaneousExpense PenaltiesSettlements Amortization"
        " GasAndFuel HomeOffice HomeOwnerRentalInsurance MortgageInterest"
        " OtherHomeOfficeExpenses OtherVehicleExpenses ParkingAndTolls RentAndLease"
        " RepairsAndMaintenance Vehicle VehicleInsurance VehicleLease VehicleLoan"
        " VehicleLoanInterest VehicleRegistration VehicleRepairs WashAndRoadServices"
        " DeferredTaxExpense ExceptionalItems ExtraordinaryItems IncomeTaxOtherExpense"
        " MatCredit PriorPeriodItems TaxRoundoffGainOrLoss Depletion",
    ),
    "Cost of Goods Sold": (
        EXPENSE,
        "CostOfLaborCos",
        "EquipmentRentalCos OtherCostsOfServiceCos ShippingFreightDeliveryCos"
        " SuppliesMaterialsCogs CostOfSales FreightAndDeliveryCost",
    ),
    "Accounts Payable": (
        LIABILITY,
        "AccountsPayable",
        "OutstandingDuesMicroSmallEnterprise",
    ),
    "Credit Card": (LIABILITY, "CreditCard", ""),
    "Long Term Liability": (
        LIABILITY,
        "NotesPayable",
        "OtherLongTermLiabilities ShareholderNotesPayable AccruedLongTermLiabilities"
        " AccrualsAndDeferredIncome AccruedVacationPayable BankLoans"
        " DebtsRelatedToParticipatingInterests DeferredTaxLiabilities"
        " GovernmentAndOtherPublicAuthorities GroupAndAssociates LiabilitiesRelatedToAssetsHeldForSale"
        " LongTermBorrowings LongTermDebit LongTermEmployeeBenefitObligations"
        " ObligationsUnderFinanceLeases ProvisionForLiabilities ProvisionsNonCurrentLiabilities"
        " StaffAndRelatedLongTermLiabilityAccounts",
    ),
    "Other Current Liability": (
        LIABILITY,
        "OtherCurrentLiabilities",
        "DirectDepositPayable LineOfCredit LoanPayable GlobalTaxPayable GlobalTaxSuspense"
        " PayrollClearing PayrollTaxPayable PrepaidExpensesPayable RentsInTrustLiability"
        " TrustAccountsLiabilities FederalIncomeTaxPayable InsurancePayable SalesTaxPayable"
        " StateLocalIncomeTaxPayable AccruedLiabilities CurrentLiabilities"
        " CurrentPortionOfLoansAndBorrowings CurrentTaxLiability DeferredRevenue"
        " DividendsPayable DutiesAndTaxes InterestPayables ProvisionForWarrantyObligations"
        " ProvisionsCurrentLiabilities ShortTermBorrowings SocialSecurityAgencies"
        " StaffAndRelatedLiabilityAccounts SundryDebtorsAndCreditors TradeAndOtherPayables",
    ),
    "Income": (
        REVENUE,
        "OtherPrimaryIncome",
        "NonProfitIncome SalesOfProductIncome ServiceFeeIncome DiscountsRefundsGiven"
        " UnappliedCashPaymentIncome CashReceiptIncome OperatingGrants OtherCurrentOperatingIncome"
        " OwnWorkCapitalized RevenueGeneral SalesRetail SalesWholesale SavingsByTaxScheme",
    ),
    "Other Income": (
        REVENUE,
        "OtherInvestmentIncome",
        "DividendIncome InterestEarned OtherMiscellaneousIncome TaxExemptInterest"
        " GainLossOnSaleOfFixedAssets GainLossOnSaleOfInvestments LossOnDisposalOfAssets"
        " OtherOperatingIncome UnrealisedLossOnSecuritiesNetOfTax",
    ),
}

ACCOUNT_TYPES = tuple(_TYPES)
CLASSIFICATION = {name: entry[0] for name, entry in _TYPES.items()}
DEFAULT_SUBTYPE = {name: entry[1] for name, entry in _TYPES.items()}
TYPE_OF_SUBTYPE = {
    subtype: name
    for name, (_classification, default, others) in _TYPES.items()
    for subtype in (default, *others.split())
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

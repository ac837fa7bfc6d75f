"""The French chart of accounts: names and numbers of the plan comptable général."""

FR = """
Clients | AccountsReceivable | 411000
Fonds non déposés | UndepositedFunds | 511200
Charges constatées d'avance | PrepaidExpenses | 486000
Actif non classé | OtherCurrentAssets | 471000
Stocks de marchandises | Inventory | 370000
Banque | Checking | 512000
Livret | Savings | 512100
Caisse | CashOnHand | 530000
Frais d'établissement | IntangibleAssets | 201000
Logiciels | FixedAssetSoftware | 205000
Matériel industriel | MachineryAndEquipment | 215000
Matériel de transport | Vehicles | 218200
Matériel de transport:Valeur d'origine | Vehicles | 218210
Matériel de transport:Amortissements | AccumulatedDepreciation | 281820
Matériel de bureau et informatique | FixedAssetComputers | 218300
Mobilier | FurnitureAndFixtures | 218400
Fournisseurs | AccountsPayable | 401000
Carte bancaire | CreditCard | 512200
TVA à décaisser | GlobalTaxPayable | 445510
TVA en attente | GlobalTaxSuspense | 445800
Personnel - rémunérations dues | StaffAndRelatedLiabilityAccounts | 421000
Sécurité sociale | SocialSecurityAgencies | 431000
Impôt sur les bénéfices | CurrentTaxLiability | 444000
Compte courant d'associé | OtherCurrentLiabilities | 455000
Produits constatés d'avance | DeferredRevenue | 487000
Emprunts bancaires | BankLoans | 164000
Capital social | ShareCapital | 101000
Réserve légale | CapitalReserves | 106100
Solde d'ouverture | OpeningBalanceEquity | 890000
Report à nouveau | RetainedEarnings | 110000
Dividendes | DividendDisbursed | 457000
Ventes de marchandises | SalesOfProductIncome | 707100
Prestations de services | ServiceFeeIncome | 706100
Prestations de services:Conseil | ServiceFeeIncome | 706110
Prestations de services:Conseil:Forfaits | ServiceFeeIncome | 706111
Ports et frais accessoires facturés | OtherPrimaryIncome | 708500
Rabais, remises et ristournes accordés | DiscountsRefundsGiven | 709000
Frais refacturés | ServiceFeeIncome | 708800
Encaissements non affectés | UnappliedCashPaymentIncome | 471100
Revenus non classés | OtherPrimaryIncome | 708900
Produits financiers | InterestEarned | 764000
Produits exceptionnels | OtherMiscellaneousIncome | 771000
Achats de marchandises | SuppliesMaterialsCogs | 607100
Achats de prestations | CostOfLaborCos | 604000
Achats non stockés | SuppliesMaterials | 605100
Sous-traitance générale | ExternalServices | 601100
Fournitures administratives | OfficeGeneralAdministrativeExpenses | 606400
Fournitures non stockables (eau, énergie) | Utilities | 606100
Locations immobilières | RentOrLeaseOfBuildings | 613200
Entretien et réparations | RepairMaintenance | 615000
Primes d'assurance | Insurance | 616000
Honoraires | LegalProfessionalFees | 622600
Publicité | AdvertisingPromotional | 623000
Voyages et déplacements | Travel | 625100
Réceptions | EntertainmentMeals | 625700
Frais postaux et de télécommunications | OtherBusinessExpenses | 626000
Services bancaires | BankCharges | 627000
Cotisations | DuesSubscriptions | 628100
Impôts et taxes | TaxesPaid | 635000
TVA non récupérable | GlobalTaxExpense | 635800
Rémunérations du personnel | PayrollExpenses | 641000
Créances irrécouvrables | BadDebts | 654000
Dépenses non classées | OtherMiscellaneousServiceCost | 658000
Règlements fournisseurs non affectés | UnappliedCashBillPaymentExpense | 471200
Charges d'intérêts | InterestPaid | 661000
Dotations aux amortissements | Depreciation | 681100
Écarts de rapprochement | OtherMiscellaneousExpense | 658100
"""

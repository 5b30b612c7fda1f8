package call_graph

default allow := false

allow if trim_prefix(input.principal, "spiffe://acme.example/ns/shop/sa/") in calls[input.path]

calls := {
	"/hipstershop.AdService/GetAds": {"frontend"},
	"/hipstershop.CartService/AddItem": {"frontend"},
	"/hipstershop.CartService/EmptyCart": {"checkout"},
	"/hipstershop.CartService/GetCart": {"checkout", "frontend"},
	"/hipstershop.CheckoutService/PlaceOrder": {"frontend"},
	"/hipstershop.CurrencyService/Convert": {"checkout", "frontend"},
	"/hipstershop.CurrencyService/GetSupportedCurrencies": {"frontend"},
	"/hipstershop.EmailService/SendOrderConfirmation": {"checkout"},
	"/hipstershop.PaymentService/Charge": {"checkout"},
	"/hipstershop.ProductCatalogService/GetProduct": {"checkout", "frontend"},
	"/hipstershop.ProductCatalogService/ListProducts": {"frontend", "recommendation"},
	"/hipstershop.ProductCatalogService/SearchProducts": {"frontend"},
	"/hipstershop.RecommendationService/ListRecommendations": {"frontend"},
	"/hipstershop.ShippingService/GetQuote": {"checkout", "frontend"},
	"/hipstershop.ShippingService/ShipOrder": {"checkout"},
}

namespace Weir.Benchmarks.Templating;

/// <summary>Words that generated APIs are made of.</summary>
internal static class Vocabulary
{
    public static readonly string[] Resources =
    [
        "users", "orders", "products", "invoices", "payments", "carts", "customers", "shipments", "reviews", "tickets", "projects", "tasks", "teams", "members", "organizations", "vehicles",
        "drivers", "routes", "bookings", "flights", "hotels", "rooms", "guests", "playlists", "tracks", "albums", "artists", "podcasts", "episodes", "patients", "appointments", "prescriptions",
        "devices", "sensors", "readings", "alarms", "pipelines", "deployments", "clusters", "namespaces", "secrets", "volumes", "snapshots", "images", "instances", "subscriptions", "plans",
        "coupons", "wallets", "transfers", "accounts", "cards", "loans", "policies", "claims", "quotes", "leads", "campaigns", "webhooks", "api-keys", "line-items", "order_items", "purchaseOrders",
        "giftCards", "taxRates", "sprints", "epics", "wikis", "boards", "skus", "geofences", "paywalls", "payslips", "timesheets", "dashboards", "flashcards", "qrcodes", "vlans", "zettels",
    ];

    public static readonly string[] Siblings =
    [
        "search", "me", "count", "export", "import", "featured", "trending", "recent", "summary", "statistics", "archived", "popular", "autocomplete", "suggestions", "batch", "deleted", "facets",
        "top-rated", "on-sale", "by-email", "bestsellers", "upcoming", "unread",
    ];

    public static readonly string[] Actions =
    [
        "cancel", "approve", "reject", "refund", "ship", "archive", "restore", "publish", "activate", "deactivate", "clone", "assign", "merge", "retry", "verify", "resend", "lock", "unlock",
        "subscribe", "pause", "resume", "reindex", "rotate-keys", "mark-as-read",
    ];

    public static readonly string[] Fields =
    [
        "id", "name", "title", "status", "createdAt", "updatedAt", "price", "currency", "email", "phone", "address", "quantity", "total", "description", "tags", "color", "weight", "rating", "owner",
        "assignee", "due", "priority", "balance", "limit", "country", "city", "zip", "latitude", "longitude", "speed", "mileage", "plate", "brand", "model", "year", "duration", "genre", "artist",
        "label", "dosage", "diagnosis", "doctor", "firmware", "battery", "signal", "region", "zone", "cpu", "memory", "replicas", "version",
    ];

    /// <summary>Routes that look like ids to a rule that counts digits or letters of hexadecimal.</summary>
    public static readonly string[] OddLiterals =
    [
        "oauth2", "2fa", "s3", "sha256", "ipv4", "mp3", "web3", "i18n", "k8s", "x509", "facade", "decade", "defaced", "h264", "base64", "iso27001", "covid19", "3d-secure", "b2b", "utf-8", "log4j",
    ];

    public static readonly string[] Countries =
        ["france", "germany", "japan", "brazil", "norway", "kenya", "india", "canada", "mexico", "spain", "italy", "egypt", "chile", "peru", "ghana", "nepal", "turkey", "poland", "ireland", "iceland"];

    public static readonly string[] TitleWords =
    [
        "red", "blue", "wool", "linen", "mug", "lamp", "chair", "table", "blanket", "winter", "summer", "garden", "kitchen", "classic", "modern", "large", "small", "green", "wooden", "steel", "soft",
        "light", "how", "to", "build", "your", "first", "house", "guide", "cooking", "travel", "north", "river", "stone", "old", "new", "quiet", "morning", "coffee", "bread",
    ];

    public static readonly string[] Scans = ["wp-login.php", ".env", "phpmyadmin/index.php", "admin/config", "cgi-bin/test", ".git/config", "actuator/heapdump", "backup.zip"];

    /// <summary>A value that fits the name of a field, the same each time: only its type is looked at.</summary>
    public static string ValueOf(string field) => field switch
    {
        "price" or "total" or "balance" or "weight" or "rating" or "latitude" or "longitude" => "12.5",
        "quantity" or "year" or "page" or "replicas" or "priority" or "limit" or "duration" => "3",
        "tags" => "[\"a\"]",
        "createdAt" or "updatedAt" or "generatedAt" or "due" => "\"2026-01-31T12:00:00Z\"",
        "items" => "[{\"id\":1,\"name\":\"x\"}]",
        _ when field.EndsWith("Count", StringComparison.Ordinal) => "7",
        _ => "\"x\"",
    };
}

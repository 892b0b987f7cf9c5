namespace Weir.Testing.Sensitive;

/// <summary>What looks like something sensitive and is not. Each is a name and a value as APIs send them.</summary>
public static class NearMisses
{
    public static readonly IReadOnlyList<(string Key, string Value)> All =
    [
        ("order_id", "4111111111111112"), ("order_no", "5555555555554445"), ("reference", "1234567890123456"), ("trace", "378282246310006"),
        ("id", "550e8400-e29b-41d4-a716-446655440000"), ("request_id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"), ("uuid", "41111111-1111-1111-8111-111111111111"),
        ("created_at", "2026-01-31T12:00:00.123456Z"), ("updated", "2026-01-31 12:00:00+01:00"), ("day", "2026-01-31"), ("epoch_ms", "1769860800123"), ("epoch_ns", "1769860800123456789"),
        ("version", "1.2.3.4"), ("agent", "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36"), ("release", "v10.4.2.1"), ("image", "registry.example/app:1.29.3-alpine"),
        ("sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), ("md5", "d41d8cd98f00b204e9800998ecf8427e"), ("commit", "3813d6d9a1f0c2b4e5d6f7a8b9c0d1e2f3a4b5c6"), ("etag", "W/\"33a64df551425fcc55e4d42a148795d9f25f89d4\""),
        ("price", "1299.99"), ("total", "1234567.89"), ("amount", "100000000"), ("weight", "0.123456789012345"), ("ratio", "73.98765432109876"),
        ("ticket", "INC0012345678"), ("sku", "AB-1234-5678"), ("isbn", "978-3-16-148410-0"), ("ean", "4006381333931"), ("tracking", "1Z999AA10123456784"), ("part", "555-0199"), ("line", "123-456-7890"),
        ("page_token", "CAUQAA"), ("token_type", "Bearer"), ("max_tokens", "4096"), ("password_policy", "at least 12 characters"), ("has_password", "true"), ("secret_name", "orders-db"), ("public_key", "ssh-rsa synthetic"), ("idempotency_key", "order-2026-17"), ("pinned", "12345"), ("shipping", "express"), ("spin", "4821"), ("keyboard", "qwertz"),
        ("package", "lodash@4.17.21"), ("scope", "@types/node@20.1.1"), ("icon", "logo@2x.png"), ("repo", "git@github.example:team/app.git"), ("handle", "@weir"), ("digest", "app@sha256:e3b0c44298fc1c149afbf4c8996fb924"), ("expr", "a@b"),
        ("cron", "0 12 1 1 5"), ("range", "100-200"), ("matrix", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"), ("timezone", "+0200"), ("delta", "+12345"), ("math", "1+4915112345678"), ("coords", "12,34"),
        ("title", "Basic authentication required"), ("hint", "Bearer authentication is required"), ("text", "the eyJ prefix is base64"), ("doc", "-----BEGIN CERTIFICATE-----"), ("note", "ask the skipper of AKIA lake"), ("word", "npm_install_failed"), ("hash", "sk-learn"), ("code", "E1001"), ("status", "PAYMENT_REQUIRED"), ("country", "DE"), ("lang", "de-DE"), ("zip", "10115"), ("lot", "DE89370400440532013001"), ("serial", "GB29NWBK60161331926818"),
        ("port", "65535"), ("size", "4294967296"), ("offset", "9223372036854775807"), ("phone_model", "Pixel 9"), ("ssn_required", "no"), ("emails_sent", "12345678"), ("batch", "20260131120000"), ("session_count", "42"), ("snowflake", "1189012345678901234"), ("hex", "deadbeefcafebabe0123456789abcdef"), ("mac_like", "AB-CD-EF-12-34"), ("score", "987-65-4321"), ("group", "000-12-3456"),
    ];
}

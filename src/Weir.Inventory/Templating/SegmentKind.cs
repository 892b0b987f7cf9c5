namespace Weir.Inventory.Templating;

/// <summary>What the text of one path segment looks like, by itself. From <see cref="Integer"/> on it is a value whatever its siblings are.</summary>
public enum SegmentKind : byte
{
    /// <summary>A word of the dictionary, or several joined: <c>orders</c>, <c>order-items</c>.</summary>
    Word,

    /// <summary>Never a value: <c>api</c>, <c>v2</c>, <c>search</c>, <c>healthz</c>, <c>2024-10-01</c> where versions stand.</summary>
    Reserved,

    /// <summary>Letters that are no known word: a name, a brand, a code.</summary>
    Text,

    /// <summary>Three or more parts joined: more often the title of something than a route.</summary>
    Slug,

    /// <summary><c>en</c>, <c>de-CH</c>.</summary>
    Locale,

    /// <summary><c>1.4.2</c>.</summary>
    Version,

    Integer,

    /// <summary>With a decimal point or sign.</summary>
    Number,

    /// <summary>8-4-4-4-12 hexadecimal digits, any version (RFC 9562).</summary>
    Uuid,

    /// <summary>26 characters of Crockford's base 32.</summary>
    Ulid,

    /// <summary>24 hexadecimal digits, as MongoDB makes them.</summary>
    ObjectId,

    /// <summary>Hexadecimal digits of another length.</summary>
    Hash,

    /// <summary>Random letters and digits, base64url, JSON Web Token.</summary>
    Token,

    /// <summary><c>cus_9s6XKzkNRiz8i3</c>, <c>ORD-10293</c>.</summary>
    PrefixedId,

    /// <summary>Letters and at least three digits mixed.</summary>
    Code,

    Email,

    /// <summary>A day, a month, a point in time (ISO 8601).</summary>
    Date,

    /// <summary>IPv4 or IPv6.</summary>
    Address,

    /// <summary>A latitude and a longitude with a comma.</summary>
    Coordinates,

    /// <summary>Redaction stands in its place: <c>***email***</c>.</summary>
    Masked,

    /// <summary>Too long or too odd to be the name of a route.</summary>
    Opaque,
}

internal static class SegmentKinds
{
    public const int Count = (int)SegmentKind.Opaque + 1;

    private static readonly string[] s_names = Array.ConvertAll(Enum.GetNames<SegmentKind>(), static name => name.ToLowerInvariant());

    /// <summary>Seen once, it is a parameter.</summary>
    public static bool IsValue(this SegmentKind kind) => kind >= SegmentKind.Integer;

    public static string NameOf(SegmentKind kind) => s_names[(int)kind];

    public static SegmentKind Parse(string? name) => (SegmentKind)Math.Max(0, Array.IndexOf(s_names, name));
}

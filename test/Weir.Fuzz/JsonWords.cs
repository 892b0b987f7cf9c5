using System.Text;

namespace Weir.Fuzz;

/// <summary>JSON values that are right by the grammar and that readers stumble over: half a character, numbers beyond every type, other kinds, depth, names twice.</summary>
internal static class JsonWords
{
    public static IReadOnlyList<byte[]> All { get; } =
    [
        .. new[]
        {
            "\"\\ud800\"", "\"a\\udfffb\"", "{\"\\ud800\":1}", "{\"ty\\ud800pe\":1}", "\"\\u0000\"", "\"\\r\\n\"", "\"\"", "null", "true", "false", "0", "-1", "1e999", "-1e308", "1e308",
            "9223372036854775807", "-9223372036854775808", "18446744073709551616", "0.1", "[]", "{}", "[null]", "[[]]", "[1]", "{\"a\":1,\"a\":2}", new string('[', 200), "\"é€😀\"", "\"2026-02-30T25:61:61Z\"",
            "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.999999999Z\"", "\"-1\"", "\"1e400\"", "\"" + new string('x', 3000) + "\"", "\"%\"", "\"::ffff:10.0.0.1\"", "\"AA==\"", "\"A\"",
        }.Select(Encoding.UTF8.GetBytes),
        // No UTF-8 at all.
        [(byte)'"', 0xFF, (byte)'"'], [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'],
    ];
}

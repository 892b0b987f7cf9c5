namespace Weir.Records.Json;

/// <summary>
/// windows-1252 as the WHATWG Encoding Standard defines it, which is also what the label <c>iso-8859-1</c> means on the web:
/// Latin-1 save 0x80–0x9F, and the five unassigned bytes stay control characters.
/// </summary>
public static class Windows1252
{
    private const string High =
        "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F" +
        "\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";

    public static char ToChar(byte value) => value is >= 0x80 and < 0xA0 ? High[value - 0x80] : (char)value;
}

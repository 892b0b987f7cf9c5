using System.Text;
using Weir.Privacy.Detection;
using Xunit;

namespace Weir.Privacy.Tests.Detection;

/// <summary>The short ways past the scanners must agree with them.</summary>
public sealed class QuietTextTests
{
    private const int Texts = 40_000;

    [Theory]
    [InlineData("abcdefghij -_.+/", 1)]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_. ", 2)]
    [InlineData("eyJhbGciOi._-k ", 3)]
    [InlineData("--------BEGIN ", 4)]
    [InlineData("placed é,;()", 5)]
    public void Where_nothing_can_be_the_scanners_find_nothing(string alphabet, int seed) => Compare(alphabet, seed, QuietText.Is);

    [Theory]
    [InlineData("0123456789abcdef", 11)]
    [InlineData("0123456789", 12)]
    [InlineData("ad0123456789", 13)]
    [InlineData("13579ab", 14)]
    public void Identifiers_in_hexadecimal_hold_nothing_for_the_scanners(string alphabet, int seed) => Compare(alphabet, seed, HexIds.Is);

    [Theory]
    [InlineData("3f2504e0-4f89-41d3-9a0c-0305e82c3301", true)]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e4736", true)]
    [InlineData("3f2504e0-4f89-41d3-9a0c10305e82c3301", false)]
    [InlineData("4bf92f3577b34da6a3c", false)]
    [InlineData("EAAC2504e04f8941d39a0c0305e82c33", false)]
    [InlineData("ad1200012030200359100100", false)]
    public void Only_identifiers_take_the_short_way(string text, bool quiet) => Assert.Equal(quiet, HexIds.Is(Encoding.ASCII.GetBytes(text)));

    private static void Compare(string alphabet, int seed, Predicate isQuiet)
    {
        var random = new Random(seed);
        var bytes = Encoding.UTF8.GetBytes(alphabet);
        var matches = new MatchList();
        var quiet = 0;
        for (var i = 0; i < Texts; i++)
        {
            var text = random.GetItems(bytes, random.Next(1, 70));
            if (!isQuiet(text)) continue;
            quiet++;
            ContentScanner.Scan(text, default, matches);
            Assert.True(matches.Count == 0, Encoding.UTF8.GetString(text));
        }

        Assert.InRange(quiet, 100, Texts);
    }

    private delegate bool Predicate(ReadOnlySpan<byte> text);
}

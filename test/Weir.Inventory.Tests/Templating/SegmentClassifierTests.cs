using Weir.Inventory.Templating;
using Xunit;

namespace Weir.Inventory.Tests.Templating;

public class SegmentClassifierTests
{
    [Theory]
    [InlineData("42", SegmentKind.Integer)]
    [InlineData("-7", SegmentKind.Integer)]
    [InlineData("3.14", SegmentKind.Number)]
    [InlineData("550e8400-e29b-41d4-a716-446655440000", SegmentKind.Uuid)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAV", SegmentKind.Ulid)]
    [InlineData("507f1f77bcf86cd799439011", SegmentKind.ObjectId)]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e", SegmentKind.Hash)]
    [InlineData("a1b2c3d", SegmentKind.Hash)]
    [InlineData("cus_9s6XKzkNRiz8i3", SegmentKind.PrefixedId)]
    [InlineData("ORD-10293", SegmentKind.PrefixedId)]
    [InlineData("INV-2024-0001", SegmentKind.PrefixedId)]
    [InlineData("V1StGXR8_Z5jdHi6B-myT", SegmentKind.Token)]
    [InlineData("dQw4w9WgXcQ", SegmentKind.Token)]
    [InlineData("XK12345Z", SegmentKind.Code)]
    [InlineData("ada@example.com", SegmentKind.Email)]
    [InlineData("ada%40example.com", SegmentKind.Email)]
    [InlineData("2024-05-17", SegmentKind.Date)]
    [InlineData("2024-05", SegmentKind.Date)]
    [InlineData("20240517T101500Z", SegmentKind.Date)]
    [InlineData("10.0.0.1", SegmentKind.Address)]
    [InlineData("59.91,10.75", SegmentKind.Coordinates)]
    [InlineData("***email***", SegmentKind.Masked)]
    public void A_value_is_seen_as_one(string text, SegmentKind kind) => Assert.Equal(kind, SegmentClassifier.Classify(text, "things", 2).Kind);

    [Theory]
    [InlineData("orders")]
    [InlineData("order-items")]
    [InlineData("lineItems")]
    [InlineData("user-details")]
    [InlineData("api")]
    [InlineData("v2")]
    [InlineData("v1beta1")]
    [InlineData(".well-known")]
    [InlineData("oauth2")]
    [InlineData("sha256")]
    [InlineData("2fa")]
    [InlineData("iso27001")]
    [InlineData("facade")]
    [InlineData("decade")]
    [InlineData("getUserById")]
    [InlineData("forgot-password")]
    [InlineData("categories")]
    [InlineData("cancelling")]
    [InlineData("timesheets")]
    public void A_route_is_not_taken_for_a_value(string text)
    {
        var kind = SegmentClassifier.Classify(text, "things", 2).Kind;
        Assert.True(kind is SegmentKind.Word or SegmentKind.Reserved or SegmentKind.Text, $"{text}: {kind}");
    }

    [Theory]
    [InlineData("2", "api", 1)]
    [InlineData("2.0", "", 0)]
    [InlineData("2010-04-01", "", 0)]
    [InlineData("404", "errors", 1)]
    public void Numbers_where_versions_and_status_codes_stand_are_routes(string text, string previous, int depth) =>
        Assert.Equal(SegmentKind.Reserved, SegmentClassifier.Classify(text, previous, depth).Kind);

    [Theory]
    [InlineData("17.json", SegmentKind.Integer, 2)]
    [InlineData("17:cancel", SegmentKind.Integer, 2)]
    [InlineData("report.pdf", SegmentKind.Text, 10)]
    public void What_follows_a_value_is_split_off(string text, SegmentKind kind, int stem) =>
        Assert.Equal(new Segment(kind, stem), SegmentClassifier.Classify(text, "things", 2));

    [Fact]
    public void Nothing_that_can_be_sent_throws()
    {
        var random = new Random(7);
        const string signs = "aZ09-_.~:%{}*@,+ é\u0001漢/";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, 1 + random.Next(40)).Select(_ => signs[random.Next(signs.Length)])]);
            var segment = SegmentClassifier.Classify(text, "x", random.Next(3));
            Assert.InRange(segment.Stem, 1, text.Length);
        }
    }

    [Theory]
    [InlineData("users", "user")]
    [InlineData("categories", "category")]
    [InlineData("addresses", "address")]
    [InlineData("boxes", "box")]
    [InlineData("status", "status")]
    [InlineData("people", "person")]
    [InlineData("invoices", "invoice")]
    public void Singulars_are_made(string plural, string singular) => Assert.Equal(singular, WordList.Singular(plural));
}

using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests;

public sealed class Http1MessageTests
{
    [Theory]
    [MemberData(nameof(Http1Cases.All), MemberType = typeof(Http1Cases))]
    public void Whole_messages_give_the_expected_exchanges(Http1Case one) =>
        Assert.Equal(one.Expected, Feed(one, one.Client.Length, one.Server.Length));

    [Theory]
    [MemberData(nameof(Http1Cases.All), MemberType = typeof(Http1Cases))]
    public void Every_split_gives_the_same_exchanges(Http1Case one)
    {
        for (var client = 0; client <= one.Client.Length; client++)
        {
            for (var server = 0; server <= one.Server.Length; server++)
            {
                var seen = Feed(one, client, server);
                Assert.True(one.Expected.SequenceEqual(seen), $"split {client}/{server}: {string.Join('\n', seen)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Http1Cases.All), MemberType = typeof(Http1Cases))]
    public void Byte_by_byte_gives_the_same_exchanges(Http1Case one)
    {
        var events = one.Client.Select(c => C(c.ToString())).Concat(one.Server.Select(c => S(c.ToString())));
        Assert.Equal(one.Expected, Run(events).Exchanges.Select(seen => seen.ToString()));
    }

    private static string[] Feed(Http1Case one, int client, int server)
    {
        Event[] events =
        [
            C(one.Client[..client]), C(one.Client[client..]), S(one.Server[..server]), S(one.Server[server..]),
        ];
        return Run(events).Exchanges.Select(seen => seen.ToString()).ToArray();
    }
}

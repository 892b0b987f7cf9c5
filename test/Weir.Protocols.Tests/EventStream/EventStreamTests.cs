using System.Text;
using Weir.Protocols.EventStream;
using Xunit;

namespace Weir.Protocols.Tests.EventStream;

public sealed class EventStreamTests
{
    [Theory]
    [InlineData("data: 1\n\n", 1)]
    [InlineData("data: 1\r\n\r\ndata: 2\r\rdata: 3\n\n", 3)]
    [InlineData("data: a\ndata: b\n\n", 1)]
    [InlineData("data\n\n", 1)]
    [InlineData("data:\n\n", 1)]
    [InlineData("datax: 1\n\n", 0)]
    [InlineData(" data: 1\n\n", 0)]
    [InlineData("event: x\nid: 1\n\n", 0)]
    [InlineData(": data: comment\n\n", 0)]
    [InlineData("data: cut off\n", 0)]
    [InlineData("\n\n\n\ndata: 1\n\n\n\n", 1)]
    [InlineData("\uFEFFdata: 1\n\n", 1)]
    [InlineData("retry: 5\ndata: 1\nevent: e\n\n", 1)]
    public void Events_are_counted_as_browsers_dispatch_them(string stream, int events)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        Assert.Equal(events, Count([bytes]));
        Assert.Equal(events, Count([.. bytes.Select(b => (byte[])[b])]));
        for (var cut = 1; cut < bytes.Length; cut++) Assert.Equal(events, Count([bytes[..cut], bytes[cut..]]));
    }

    private static long Count(IEnumerable<byte[]> parts)
    {
        var counter = new EventStreamCounter();
        counter.Start();
        foreach (var part in parts) counter.Feed(part);
        return counter.Events;
    }
}

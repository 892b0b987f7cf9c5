namespace Weir.Streams.Tests;

public class ChainTests
{
    private readonly Chain<string> _chain = new();

    [Fact]
    public void Items_come_out_in_the_order_they_went_in()
    {
        Assert.Null(_chain.First);
        foreach (var item in (string[])["a", "b", "c"]) _chain.Append(new Link<string>(item));
        Assert.Equal(["a", "b", "c"], Forward());
        Assert.Equal(["c", "b", "a"], Backward());
    }

    [Fact]
    public void Whatever_is_removed_or_moved_both_directions_agree()
    {
        var random = new Random(3);
        var links = Enumerable.Range(0, 8).Select(i => new Link<string>($"{i}")).ToArray();
        var expected = new List<string>();
        for (var step = 0; step < 2000; step++)
        {
            var link = links[random.Next(links.Length)];
            if (link.Chain is null)
            {
                _chain.Append(link);
                expected.Add(link.Item);
            }
            else if (random.Next(2) == 0)
            {
                _chain.Remove(link);
                expected.Remove(link.Item);
            }
            else
            {
                _chain.MoveToEnd(link);
                expected.Remove(link.Item);
                expected.Add(link.Item);
            }

            Assert.Equal(expected, Forward());
            Assert.Equal(expected.AsEnumerable().Reverse(), Backward());
        }
    }

    [Fact]
    public void A_place_tells_its_chain_and_forgets_it()
    {
        var link = new Link<string>("a");
        _chain.Append(link);
        Assert.Same(_chain, link.Chain);
        _chain.Remove(link);
        Assert.Null(link.Chain);
        Assert.Null(_chain.First);
        Assert.Null(_chain.Last);
    }

    private IEnumerable<string> Forward()
    {
        for (var link = _chain.FirstLink; link is not null; link = link.Next) yield return link.Item;
    }

    private IEnumerable<string> Backward()
    {
        for (var link = _chain.LastLink; link is not null; link = link.Previous) yield return link.Item;
    }
}

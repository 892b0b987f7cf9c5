using Weir.Linux;
using Xunit;

namespace Weir.Capture.Tests;

public class RingBudgetTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void One_named_interface_gets_everything()
    {
        var budget = new RingBudget(64 * MiB);
        Assert.True(budget.TryTake(1, RingDemand.Fixed, out var geometry));
        Assert.Equal(new RingGeometry(512 << 10, 128), geometry);
        Assert.Equal(0, budget.FreeBytes);
    }

    [Fact]
    public void Interfaces_that_join_later_find_memory()
    {
        var budget = new RingBudget(64 * MiB);
        for (var pending = 3; pending > 0; pending--)
        {
            Assert.True(budget.TryTake(pending, RingDemand.First, out var first));
            Assert.InRange(first.Bytes, 8 * MiB, 16 * MiB);
        }

        for (var i = 0; i < 60; i++) Assert.True(budget.TryTake(1, RingDemand.Later, out _), $"interface {i}");
    }

    [Fact]
    public void The_sum_never_exceeds_the_total_and_what_is_given_back_is_used_again()
    {
        var budget = new RingBudget(2 * MiB);
        var taken = new List<RingGeometry>();
        while (budget.TryTake(1, RingDemand.Later, out var geometry)) taken.Add(geometry);
        Assert.InRange(taken.Sum(g => g.Bytes), MiB, 2 * MiB);
        budget.GiveBack(taken[0]);
        Assert.True(budget.TryTake(1, RingDemand.Later, out _));
    }

    [Theory]
    [InlineData(256 * MiB, 1 << 20)]
    [InlineData(64 * MiB, 512 << 10)]
    [InlineData(16 * MiB, 256 << 10)]
    [InlineData(MiB, 256 << 10)]
    [InlineData(1, RingGeometry.MinBlockBytes)]
    public void Blocks_are_as_large_as_leaves_enough_to_last_and_hold_any_frame(long bytes, int blockBytes)
    {
        var geometry = RingGeometry.ForBytes(bytes);
        Assert.Equal(blockBytes, geometry.BlockBytes);
        Assert.InRange(geometry.BlockCount, 2, int.MaxValue);
    }
}

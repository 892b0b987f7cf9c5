using Weir.Kubernetes.Identity;
using Weir.Kubernetes.TestServer;
using Weir.Packets;

namespace Weir.Kubernetes.Tests.Identity;

/// <summary>Which pod had an address when.</summary>
public class HoldersTests
{
    private const long Second = 1_000_000_000;

    private static readonly DateTimeOffset s_zero = new(2026, 2, 3, 9, 0, 0, TimeSpan.Zero);
    private static readonly IpAddress s_address = IpAddress.FromV4([10, 244, 1, 17]);

    private readonly SetTime _time = new();
    private readonly ClusterTables _tables;

    public HoldersTests() => _tables = new ClusterTables(IdentityLimits.Default, _time);

    [Fact]
    public void A_call_is_of_the_pod_that_had_the_address_then()
    {
        // a runs from 0 to 100, is reported gone at 103; b has the address from 105, was taken on at 95, is reported at 108.
        Set(0, Manifests.Pod("shop", "a", "10.244.1.17", At(0)));
        Set(101, Manifests.Pod("shop", "a", "10.244.1.17", At(0)).Ended(At(100), isDeleted: true));
        Remove(103, "a", At(0), At(100));
        Set(108, Manifests.Pod("shop", "b", "10.244.1.17", At(95)));
        Assert.Equal("a", Who(0));
        Assert.Equal("a", Who(97));
        Assert.Equal("a", Who(100.9));
        Assert.Equal("b", Who(105));
        Assert.Equal("b", Who(1_000_000));
        // Before there was anyone; clocks differ by a few seconds.
        Assert.Equal("a", Who(-3));
        Assert.Equal("NotThen", Who(-60));
    }

    [Fact]
    public void A_pod_that_finished_keeps_its_address_in_the_API_and_not_here()
    {
        Set(0, Manifests.Pod("shop", "job", "10.244.1.17", At(0)));
        Set(61, Manifests.Pod("shop", "job", "10.244.1.17", At(0)).Ended(At(60), isDeleted: false));
        Assert.Equal("job", Who(60));
        Assert.Equal("NotThen", Who(64));
        Set(80, Manifests.Pod("shop", "next", "10.244.1.17", At(75)));
        Assert.Equal("next", Who(76));
        // Clocks of nodes differ: a call just before it started is its own.
        Assert.Equal("next", Who(72));
        Assert.Equal("NotThen", Who(66));
        Assert.Equal("job", Who(30));
    }

    [Fact]
    public void The_first_list_comes_in_no_order_of_time()
    {
        // As a probe that just started finds it: two finished jobs and the pod that has the address now.
        Set(500, Manifests.Pod("shop", "job-2", "10.244.1.17", At(100)).Ended(At(150), isDeleted: false));
        Set(500, Manifests.Pod("shop", "now", "10.244.1.17", At(200)));
        Set(500, Manifests.Pod("shop", "job-1", "10.244.1.17", At(0)).Ended(At(50), isDeleted: false));
        Assert.Equal(["job-1", "job-2", "now"], new[] { 20.0, 120, 220 }.Select(Who));
        Assert.Equal("NotThen", Who(80));
    }

    [Fact]
    public void A_pod_that_lasts_is_the_newest_even_where_it_started_before_one_that_ended()
    {
        // Its node restarted: the pod is the same, its address another's of before.
        Set(0, Manifests.Pod("shop", "long", "10.244.1.99", At(0)));
        Set(50, Manifests.Pod("shop", "job", "10.244.1.17", At(40)));
        Set(61, Manifests.Pod("shop", "job", "10.244.1.17", At(40)).Ended(At(60), isDeleted: false));
        Set(100, Manifests.Pod("shop", "long", "10.244.1.17", At(0)));
        Assert.Equal("job", Who(55));
        Assert.Equal("long", Who(100));
        Assert.Equal(HolderAnswer.NotThen, _tables.Holders.Find(IpAddress.FromV4([10, 244, 1, 99]), Ns(200), out _));
    }

    [Fact]
    public void A_pod_whose_end_was_missed_ends_where_the_next_begins()
    {
        Set(0, Manifests.Pod("shop", "a", "10.244.1.17", At(0)));
        Set(50, Manifests.Pod("shop", "b", "10.244.1.17", At(40)));
        Assert.Equal(["a", "b"], new[] { 39.0, 40 }.Select(Who));
    }

    [Fact]
    public void The_oldest_of_many_pods_of_an_address_is_forgotten()
    {
        for (var i = 0; i < IdentityLimits.Default.MaxHolders + 2; i++)
        {
            Set(i * 10, Manifests.Pod("shop", $"p{i}", "10.244.1.17", At(i * 10)));
            Set((i * 10) + 6, Manifests.Pod("shop", $"p{i}", "10.244.1.17", At(i * 10)).Ended(At((i * 10) + 5), isDeleted: false));
        }

        Assert.Equal("NotThen", Who(12));
        Assert.Equal("p2", Who(22));
        Assert.Equal("p9", Who(92));
    }

    [Fact]
    public void Ended_pods_are_remembered_for_a_time_and_up_to_a_number()
    {
        var tables = new ClusterTables(IdentityLimits.Default with { MaxPast = 3, PastTime = TimeSpan.FromSeconds(100) }, _time);
        for (var i = 0; i < 5; i++)
        {
            _time.Now = At(i);
            tables.SetPod(Read(Manifests.Pod("shop", $"p{i}", $"10.0.0.{i}", At(0))));
            tables.RemovePod(Read(Manifests.Pod("shop", $"p{i}", $"10.0.0.{i}", At(0))));
        }

        Assert.Equal((3, 3), (tables.Holders.Past, tables.Holders.Addresses));
        // Their containers and uids too: three of each are left.
        Assert.Equal(3, tables.Containers.Count);
        Assert.Equal(HolderAnswer.Never, tables.Holders.Find(IpAddress.FromV4([10, 0, 0, 1]), Ns(1), out _));
        Assert.Equal(HolderAnswer.Found, tables.Holders.Find(IpAddress.FromV4([10, 0, 0, 4]), Ns(1), out _));
        _time.Now = At(200);
        tables.SetPod(Read(Manifests.Pod("shop", "x", "10.0.0.9", At(199))));
        tables.RemovePod(Read(Manifests.Pod("shop", "x", "10.0.0.9", At(199))));
        Assert.Equal(1, tables.Holders.Addresses);
    }

    [Fact]
    public void Addresses_beyond_the_limit_are_left_out_and_counted()
    {
        var tables = new ClusterTables(IdentityLimits.Default with { MaxAddresses = 2 }, _time);
        for (var i = 0; i < 3; i++) tables.SetPod(Read(Manifests.Pod("shop", $"p{i}", $"10.0.0.{i}", At(0))));
        Assert.Equal((2, 1L), (tables.Holders.Addresses, tables.Holders.LeftOut));
    }

    [Fact]
    public void Five_thousand_pods_that_come_and_go_stay_within_40_MiB_and_every_call_finds_its_own()
    {
        const int Live = 5000, Addresses = 6000, Changes = 20_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var random = new Random(7);
        var free = new Queue<int>(Enumerable.Range(0, Addresses));
        var live = new Queue<(int Pod, int Address, long Since)>();
        var calls = 0;
        for (var pod = 0; pod < Changes; pod++)
        {
            // A pod each 20 ms: some 100 s for all to change once, more than a cluster does. Times are told in whole seconds.
            var now = pod * 0.02;
            _time.Now = At(now);
            if (live.Count == Live)
            {
                var (old, was, since) = live.Dequeue();
                // It calls until it ends, and its last calls are told after it is gone.
                var end = now - 0.001;
                Remove(now, $"p{old}", At(since), At(Math.Floor(end)), Text(was));
                foreach (var at in new[] { since + 1.0, (since + end) / 2, end })
                {
                    Assert.Equal($"p{old}", Who(at, Address(was)));
                    calls++;
                }

                free.Enqueue(was);
            }

            var address = free.Dequeue();
            Set(now, Manifests.Pod("shop", $"p{pod}", Text(address), At(Math.Floor(now)), "ReplicaSet/web-5c", labels: "app=web"));
            live.Enqueue((pod, address, (long)Math.Floor(now)));
            if (random.Next(4) > 0) continue;
            Assert.Equal($"p{pod}", Who(now + 0.01, Address(address)));
            calls++;
        }

        var held = (GC.GetTotalMemory(forceFullCollection: true) - before) >> 20;
        Assert.InRange(held, 0, 40);
        Assert.Equal((Live, Changes - Live, Addresses), (_tables.Pods, _tables.Holders.Past, _tables.Holders.Addresses));
        Assert.True(calls > 45_000, $"{calls}");

        static string Text(int number) => $"10.244.{number / 250}.{number % 250}";
        static IpAddress Address(int number) => IpAddress.FromV4([10, 244, (byte)(number / 250), (byte)(number % 250)]);
    }

    private string Who(double seconds) => Who(seconds, s_address);

    private string Who(double seconds, IpAddress address)
    {
        var answer = _tables.Holders.Find(address, Ns(seconds), out var pod);
        return pod?.Name ?? answer.ToString();
    }

    private void Set(double now, System.Text.Json.Nodes.JsonObject pod)
    {
        _time.Now = At(now);
        _tables.SetPod(Read(pod));
    }

    private void Remove(double now, string name, DateTimeOffset start, DateTimeOffset end, string address = "10.244.1.17")
    {
        _time.Now = At(now);
        _tables.RemovePod(Read(Manifests.Pod("shop", name, address, start).Ended(end, isDeleted: true)));
    }

    private static Weir.Kubernetes.Model.Pod Read(System.Text.Json.Nodes.JsonObject pod) => System.Text.Json.JsonSerializer.Deserialize(pod.ToJsonString(), ResourceKind.Pods.Object)!;

    private static DateTimeOffset At(double seconds) => s_zero.AddSeconds(seconds);

    private static long Ns(double seconds) => ((s_zero - DateTimeOffset.UnixEpoch).Ticks * 100) + (long)(seconds * Second);

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

using Weir.Detection.Findings;
using Weir.Packets;
using Xunit;

namespace Weir.Detection.Tests.Baseline;

public class BaselineTests
{
    private const int Learning = 600;

    /// <summary>What docs/detection.md promises of an hour: at most one false alarm.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void An_hour_of_bursty_traffic_raises_at_most_one_alarm(ulong seed)
    {
        var simulation = Learned(seed);
        simulation.Normal(3600);
        simulation.Finish();
        Assert.True(simulation.Alarms.Count() <= 1, string.Join("; ", simulation.Alarms.Select(alarm => $"{alarm.Kind} {alarm.Source} {string.Join(',', alarm.Worst.Reasons)}")));
    }

    [Fact]
    public void Nothing_is_reported_while_learning()
    {
        var simulation = new Simulation(1, TimeSpan.FromSeconds(Learning));
        simulation.Normal(60, () => Flood(simulation));
        Assert.Empty(simulation.Told);
    }

    [Fact]
    public void A_flood_is_one_incident_found_within_ten_seconds()
    {
        var simulation = Learned(1);
        var begun = simulation.NowNs;
        simulation.Normal(60, () => Flood(simulation));
        simulation.Finish();
        var incident = Assert.Single(simulation.Alarms, alarm => alarm.Kind == FindingKind.Flood);
        Assert.InRange(incident.First.DetectedNs - begun, 0, 10 * Simulation.Second);
        Assert.Equal(new ServiceKey(Simulation.Ip("10.0.2.1"), 8080, 6), incident.Service);
        Assert.InRange(incident.Findings, 2, 10);
        var reason = incident.Worst.Reasons[0];
        Assert.Equal("connections_per_10s", reason.Feature);
        Assert.True(reason.Present > 4 * reason.Usual);
        Assert.NotEmpty(incident.Worst.Evidence);
    }

    [Fact]
    public void A_scan_names_its_source()
    {
        var simulation = Learned(1);
        var (begun, port) = (simulation.NowNs, (ushort)1);
        simulation.Normal(10, () =>
        {
            for (var i = 0; i < 5; i++) simulation.Flow("10.0.7.7", new IpAddressPort("10.0.2.1", port++), 0, 0);
        });
        var incident = Assert.Single(simulation.Alarms);
        Assert.Equal((FindingKind.Scan, Simulation.Ip("10.0.7.7")), (incident.Kind, incident.Source!.Value));
        Assert.InRange(incident.First.DetectedNs - begun, 0, 10 * Simulation.Second);
        Assert.Contains(incident.Worst.Evidence, id => id.StartsWith("10.0.7.7-10.0.2.1-", StringComparison.Ordinal));
    }

    [Fact]
    public void Answers_of_a_known_service_are_no_scan()
    {
        var simulation = Learned(1);
        simulation.Normal(10, () =>
        {
            for (ushort i = 0; i < 50; i++) simulation.AnswerLate(i);
        });
        Assert.Empty(simulation.Alarms);
    }

    [Fact]
    public void Connections_that_never_get_an_answer_are_slow_ones()
    {
        var simulation = Learned(1);
        simulation.Normal(10, () =>
        {
            for (var i = 0; i < 5; i++) simulation.Flow("10.0.1.1", Simulation.Service(1), 60, 0, age: 15 * Simulation.Second);
        });
        Assert.Contains(simulation.Alarms, alarm => alarm.Kind == FindingKind.SlowConnections);
    }

    [Fact]
    public void The_same_short_connection_again_and_again_is_guessing()
    {
        var simulation = Learned(1);
        // As many as the busiest caller ever made would be normal here; a service of its own has a usual of its own.
        var ssh = new IpAddressPort("10.0.3.3", 22);
        var quiet = new Simulation(2, TimeSpan.FromSeconds(Learning));
        quiet.Normal(Learning + 60, () => quiet.Flow("10.0.1.1", ssh, 2000, 3000));
        quiet.Normal(30, () =>
        {
            for (var i = 0; i < 12; i++) quiet.Flow("10.0.1.1", ssh, 1800, 2400);
        });
        Assert.Contains(quiet.Alarms, alarm => alarm.Kind == FindingKind.PasswordGuessing);
        Assert.Empty(simulation.Alarms);
    }

    [Fact]
    public void A_new_caller_is_a_remark_until_it_comes_often()
    {
        var simulation = Learned(1);
        simulation.Flow("10.0.8.8", Simulation.Service(0), 300, 900);
        simulation.Normal(1);
        Assert.Contains(simulation.Told, told => told.Incident is { Kind: FindingKind.NewCaller, Severity: Severity.Info });
        Assert.Empty(simulation.Alarms);
        simulation.Normal(20, () =>
        {
            for (var i = 0; i < 20; i++) simulation.Flow("10.0.8.8", Simulation.Service(0), 200 + (i * 400), 900);
        });
        Assert.Contains(simulation.Alarms, alarm => alarm.Kind == FindingKind.NewCaller && alarm.Source == Simulation.Ip("10.0.8.8"));
    }

    [Fact]
    public void Memory_is_bounded_whoever_comes()
    {
        var sink = new Simulation(1, TimeSpan.FromSeconds(1));
        var options = Detection.Baseline.BaselineOptions.Default with { MaxServices = 100, MaxCallers = 200, Learning = TimeSpan.FromSeconds(1) };
        var detector = new TrafficDetector(new DetectorOptions { Baseline = options }, sink);
        for (var i = 0; i < 20_000; i++)
        {
            var address = IpAddress.FromV4([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]);
            var tuple = new Weir.Flows.FlowTuple(address, address, 1000, (ushort)i, 6);
            var flow = new Detection.Baseline.FlowObservation(tuple, i, i, true, true) { ForwardBytes = 1, BackwardBytes = 1, HasBeginning = true, IsAnswered = true };
            detector.OnFlow(in flow, new double[Weir.Flows.FlowFeatures.Count]);
        }

        Assert.Equal(100, detector.Services);
    }

    private static Simulation Learned(ulong seed)
    {
        var simulation = new Simulation(seed, TimeSpan.FromSeconds(Learning));
        simulation.Normal(Learning + 1);
        Assert.Empty(simulation.Told);
        return simulation;
    }

    private static void Flood(Simulation simulation)
    {
        for (var i = 0; i < 400; i++) simulation.Flow($"10.1.{i % 200}.1", Simulation.Service(0), 100, 100);
    }
}

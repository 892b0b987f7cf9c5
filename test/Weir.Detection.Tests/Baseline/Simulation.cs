using Weir.Detection.Baseline;
using Weir.Detection.Findings;
using Weir.Detection.Numerics;
using Weir.Flows;
using Weir.Packets;

namespace Weir.Detection.Tests.Baseline;

/// <summary>A cluster of a few services and callers whose traffic is made up, second by second.</summary>
internal sealed class Simulation : IIncidentSink
{
    public const long Second = 1_000_000_000;
    private const int Callers = 8, Services = 4;

    private readonly TrafficDetector _detector;
    private readonly SeededRandom _random;
    private readonly bool[] _busy = new bool[Callers];
    private ushort _port = 20_000;

    public Simulation(ulong seed, TimeSpan learning)
    {
        _random = new SeededRandom(seed);
        _detector = new TrafficDetector(new DetectorOptions { Baseline = BaselineOptions.Default with { Learning = learning } }, this);
    }

    public long NowNs { get; private set; } = 1_750_000_000 * Second;

    public List<(Incident Incident, IncidentChange Change)> Told { get; } = [];

    public IEnumerable<Incident> Alarms =>
        Told.Where(told => told.Incident.Severity >= Severity.Medium).Select(told => told.Incident).Distinct();

    /// <summary>
    /// Normal but bursty: each caller asks its services some times a second, every few minutes one of them ten times as often for half a
    /// minute; some calls are refused, some hosts are not there, some connections idle.
    /// </summary>
    public void Normal(int seconds, Action? attack = null)
    {
        for (var s = 0; s < seconds; s++)
        {
            for (var caller = 0; caller < Callers; caller++)
            {
                if (_random.NextSingle() < (_busy[caller] ? 1 / 30f : 1 / 300f)) _busy[caller] = !_busy[caller];
                var calls = _random.Next(_busy[caller] ? 20 : 3);
                for (var i = 0; i < calls; i++) Flow(Source(caller), Service((caller + i) % Services), 200 + _random.Next(300), 500 + _random.Next(5000));
                if (_random.Next(60) == 0) Flow(Source(caller), new IpAddressPort("10.0.9.9", 5432), 0, 0);
                if (_random.Next(120) == 0) Flow(Source(caller), Service(0), 120, 0, age: 30 * Second);
            }

            attack?.Invoke();
            NowNs += Second;
            _detector.Advance(NowNs);
        }
    }

    public static string Source(int caller) => $"10.0.1.{caller + 1}";

    public static IpAddressPort Service(int service) => new($"10.0.2.{service + 1}", 8080);

    public bool Flow(string source, IpAddressPort service, double sent, double received, long age = Second / 10)
    {
        var tuple = new FlowTuple(Ip(source), Ip(service.Address), ++_port < 20_000 ? _port = 20_000 : _port, service.Port, 6);
        var flow = new FlowObservation(tuple, NowNs - age, NowNs, true, true)
        {
            ForwardBytes = sent, BackwardBytes = received, HasBeginning = true, IsAnswered = sent > 0,
        };
        return _detector.OnFlow(in flow, new double[FlowFeatures.Count]);
    }

    /// <summary>A packet of a service behind a flow that is over: a flow the other way round, to one of the caller's many ports.</summary>
    public void AnswerLate(ushort number)
    {
        var tuple = new FlowTuple(Ip(Service(0).Address), Ip(Source(0)), Service(0).Port, (ushort)(30_000 + number), 6);
        var flow = new FlowObservation(tuple, NowNs, NowNs, true, true) { HasBeginning = true };
        _detector.OnFlow(in flow, new double[FlowFeatures.Count]);
    }

    public void OnIncident(Incident incident, IncidentChange change) => Told.Add((incident, change));

    public void Finish() => _detector.Flush();

    public static IpAddress Ip(string text) => IpAddress.TryParse(text, out var address) ? address : throw new FormatException(text);
}

internal readonly record struct IpAddressPort(string Address, ushort Port);

using System.Runtime.CompilerServices;
using System.Text;
using Weir.Export.Spool;
using Weir.Inventory;
using Weir.Inventory.Catalogue;
using Weir.Records;
using Weir.Records.Status;

namespace Weir.Export.Apisec;

/// <summary>
/// Tells the APISec platform every endpoint that traffic shows, once. A capture thread learns the endpoint and looks whether it, with this
/// shape of body, is new; a thread puts what is new on disk; a task delivers it.
/// </summary>
public sealed class ApisecOutput : IExchangeOutput, IOutputCounters, IStatusSource
{
    private const int StopCheckMs = 50;

    /// <summary>How often templates that may have changed are looked at, in ticks.</summary>
    private const int TicksPerReview = 10;

    private readonly ApisecOptions _options;
    private readonly ApisecSettings _settings;
    private readonly DeliverySpool _spool;
    private readonly DeliveredKeys _delivered;
    private readonly ApisecSender _sender;
    private readonly ExchangeIdGenerator _ids = new();
    private readonly TimeProvider _time;
    private readonly object _gate = new();
    private readonly EndpointCatalogue _catalogue = new();
    private readonly ConditionalWeakTable<Endpoint, Offers> _offers = [];
    private readonly Queue<ApisecEndpoint> _waiting = [];
    private readonly HashSet<string> _unmapped = new(StringComparer.Ordinal);
    private readonly Thread _keeper;
    private string _platform;
    private bool _ending;
    private bool _disposed;
    private long _queueFull, _noEndpoint, _unconfirmed, _shapes, _own, _withoutMapping;

    /// <exception cref="OutputException">The spool directory cannot be used.</exception>
    public ApisecOutput(ApisecOptions options, TimeProvider? time = null)
    {
        (_options, _time) = (options, time ?? TimeProvider.System);
        Directory.CreateDirectory(options.SpoolRoot);
        _settings = new ApisecSettings(options, Path.Combine(options.SpoolRoot, SavedMappings.FileName), _time.GetUtcNow());
        var destination = _settings.State.Url?.ToString() ?? _settings.State.Configuration.Url;
        _spool = new DeliverySpool(SpoolDirectory.Open("apisec", options.SpoolRoot, destination), options.Spool, _time, options.Tell);
        _delivered = new DeliveredKeys(Path.Combine(Path.GetDirectoryName(_spool.Path)!, "delivered.keys"), options.Limits.MaxRemembered, options.Tell);
        _sender = new ApisecSender(options, _settings, _spool, _delivered, Current, IsOther, _time);
        _platform = PlatformHost();
        options.Tell($"apisec: integration is on: {_settings}");
        if (_spool.Messages > 0) options.Tell($"apisec: {_spool.Messages} endpoints of an earlier run wait in {_spool.Path} and are sent first");
        _keeper = new Thread(Keep) { IsBackground = true, Name = "apisec spool" };
        _keeper.Start();
        _sender.Start();
    }

    public bool IsOpen => !_disposed;

    public long Lost => 0;

    public string Name => "apisec";

    /// <summary>Endpoints that are new on the platform.</summary>
    public long Added => _sender.Counts.Added;

    /// <summary>Endpoints that the platform had, and that it took headers or bodies of.</summary>
    public long Updated => _sender.Counts.Updated;

    /// <summary>Endpoints on disk, on their way.</summary>
    public long Waiting => _spool.Messages;

    /// <summary>Why nothing is sent until the configuration changes; null while something is.</summary>
    public string? Stopped => _sender.Stopped;

    public IExchangeLane OpenLane() => new Lane(this);

    public IEnumerable<KeyValuePair<string, long>> Losses()
    {
        yield return new("apisec_queue_full", Interlocked.Read(ref _queueFull));
        yield return new("apisec_spool_full", _spool.DroppedFull);
        yield return new("apisec_spool_expired", _spool.DroppedExpired);
        yield return new("apisec_spool_damaged", _spool.Damaged + _sender.Counts.Damaged);
        yield return new("apisec_refused", _sender.Counts.Refused);
    }

    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("apisec_no_endpoint", Interlocked.Read(ref _noEndpoint));
        yield return new("apisec_unconfirmed", Interlocked.Read(ref _unconfirmed));
        yield return new("apisec_unmapped", Interlocked.Read(ref _withoutMapping) + _sender.Counts.Unmapped);
        yield return new("apisec_shapes", Interlocked.Read(ref _shapes));
        yield return new("apisec_own", Interlocked.Read(ref _own));
    }

    public void Report(IStatusReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        report.Counter("added", Added);
        report.Counter("updated", Updated);
        report.Counter("already_there", _sender.Counts.Present);
        report.Gauge("waiting", Waiting);
        report.Gauge("stopped", Stopped is null ? 0 : 1);
        foreach (var (reason, count) in Losses()) report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, reason, count));
    }

    /// <summary>Everything goes to disk, and from there to the platform while the time for it lasts.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        lock (_gate)
        {
            _ending = true;
            Monitor.PulseAll(_gate);
        }

        _keeper.Join();
        _sender.Finish(_options.DrainTime);
        _options.Tell($"apisec: {Added} endpoints were added, {Updated} updated"
            + (_spool.Messages > 0 ? $"; {_spool.Messages} were not delivered: they stay in {_spool.Path} and are sent by the next run" : ""));
        _sender.Dispose();
        _spool.Dispose();
        _delivered.Dispose();
    }

    private void Take(Exchange exchange, BodyShape shapes)
    {
        var request = exchange.Request;
        if (exchange.InProgress) return;
        if (IsOwn(request))
        {
            Interlocked.Increment(ref _own);
            return;
        }

        // A refused body says nothing about what the service takes.
        var shape = exchange is { HasRequest: true, HasResponse: true, Response.Status: < 400 } ? shapes.Of(request) : 0;
        lock (_gate)
        {
            if (_catalogue.Observe(exchange) is not { } endpoint || !IsMethod(endpoint.Method)) _noEndpoint++;
            else if (!endpoint.Confirmed) _unconfirmed++;
            else Offer(endpoint, request, shape, shapes);
        }
    }

    private void Offer(Endpoint endpoint, HttpMessage request, ulong shape, BodyShape shapes)
    {
        var offers = _offers.GetOrCreateValue(endpoint);
        if (offers.Unmapped)
        {
            _withoutMapping++;
            return;
        }

        if (offers.Shapes.Contains(shape)) return;
        if (offers.Shapes.Count >= _options.Limits.MaxShapes)
        {
            _shapes++;
            return;
        }

        var service = endpoint.Service;
        var template = endpoint.Template;
        var item = ApisecEndpoint.Of(request, service, endpoint.Method, template, shape, shapes, _settings.State.Configuration.Examples);
        (offers.Sample, offers.Canonical) = (item with { Shape = 0, Body = "", ContentType = "" }, PathTemplate.Canonical(template));
        if (!IsMapped(service))
        {
            offers.Unmapped = true;
            _withoutMapping++;
            return;
        }

        if (Enqueue(item)) offers.Shapes.Add(shape);
    }

    private bool IsMapped(string service)
    {
        var configuration = _settings.State.Configuration;
        if (ServiceNames.Find(configuration.Mappings, service) is not null) return true;
        if (configuration.AutoOnboardNewServices && ApisecOnboarding.NameOf(service, configuration.Mappings.Keys) is not null) return true;
        if (_unmapped.Count < _options.Limits.MaxWaiting && _unmapped.Add(service))
        {
            var names = configuration.Mappings.Count == 0 ? "none" : string.Join(", ", configuration.Mappings.Keys.Order(StringComparer.Ordinal).Take(20));
            _options.Tell($"apisec: no mapping found for service {service} (service not found in serviceMappings); configured services: {names}");
        }

        return false;
    }

    /// <summary>Called under the lock.</summary>
    private bool Enqueue(ApisecEndpoint item)
    {
        while (_waiting.Count >= _options.Limits.MaxWaiting)
        {
            if (!_options.WaitForRoom || _options.Stop.IsCancellationRequested || _ending)
            {
                _queueFull++;
                return false;
            }

            Monitor.Wait(_gate, StopCheckMs);
        }

        _waiting.Enqueue(item);
        if (_waiting.Count >= _options.BatchEndpoints) Monitor.PulseAll(_gate);
        return true;
    }

    private void Keep()
    {
        for (var tick = 1; ; tick++)
        {
            List<ApisecEndpoint> items;
            bool ending;
            lock (_gate)
            {
                if (!_ending && _waiting.Count < _options.BatchEndpoints) Monitor.Wait(_gate, _options.Tick);
                ending = _ending;
                if (tick % TicksPerReview == 0 || ending) Review(mappingsChanged: false);
                items = [.. _waiting];
                _waiting.Clear();
                Monitor.PulseAll(_gate);
            }

            foreach (var chunk in items.Chunk(_options.BatchEndpoints)) Append(chunk);
            if (items.Count > 0) _sender.Wake();
            if (ending) return;
            if (_settings.Refresh()) Changed();
        }
    }

    private void Append(ApisecEndpoint[] items)
    {
        var id = _ids.Next(_time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000);
        var batch = new SpoolBatch(id, items.Length, false, ApisecEndpoint.Encode(items));
        while (!_spool.TryAppend(batch, mayDrop: !_options.WaitForRoom || _options.Stop.IsCancellationRequested)) Thread.Sleep(StopCheckMs);
    }

    private void Changed()
    {
        _options.Tell($"apisec: configuration was read again: {_settings}");
        lock (_gate)
        {
            _platform = PlatformHost();
            _unmapped.Clear();
            Review(mappingsChanged: true);
        }

        _sender.Wake();
    }

    /// <summary>Endpoints whose template has become another since they were offered, and those whose service has a mapping now.</summary>
    private void Review(bool mappingsChanged)
    {
        foreach (var endpoint in _catalogue.Services.Values.SelectMany(static service => service.Endpoints))
        {
            if (!_offers.TryGetValue(endpoint, out var offers) || offers.Sample is not { } sample) continue;
            if (offers.Unmapped)
            {
                if (!mappingsChanged || !IsMapped(sample.Service) || !Enqueue(sample)) continue;
                // Bodies are offered with the next call that has one.
                offers.Unmapped = false;
                offers.Shapes.Add(0);
            }
            else if (endpoint.Template is var template && PathTemplate.Canonical(template) is var canonical && canonical != offers.Canonical)
            {
                offers.Sample = sample with { Template = template };
                if (Enqueue(offers.Sample)) offers.Canonical = canonical;
            }
        }
    }

    /// <summary>The endpoint with what the catalogue knows by now about its path.</summary>
    private ApisecEndpoint Current(ApisecEndpoint item)
    {
        lock (_gate)
        {
            if (!_catalogue.Services.TryGetValue(item.Service, out var service)) return item;
            var best = service.Endpoints.Where(one => one.Confirmed && one.Method == item.Method && PathTemplate.Matches(one.Template, item.Path))
                .MaxBy(static one => PathTemplate.Literals(one.Template));
            return best is null ? item : item with { Template = best.Template };
        }
    }

    /// <summary>The catalogue holds another endpoint at the place that the platform matched: a route beside a parameter.</summary>
    private bool IsOther(ApisecEndpoint item, string path)
    {
        var canonical = PathTemplate.Canonical(path);
        if (canonical == PathTemplate.Canonical(item.Template)) return false;
        lock (_gate)
        {
            return _catalogue.Services.TryGetValue(item.Service, out var service)
                && service.Endpoints.Any(one => one.Confirmed && one.Method == item.Method && PathTemplate.Canonical(one.Template) == canonical);
        }
    }

    /// <summary>Its own requests are read too where TLS libraries are watched; they are not told about themselves.</summary>
    private bool IsOwn(HttpMessage request) =>
        _platform.Length > 0 && request.Host.Length == _platform.Length && request[request.Path].StartsWith("/v1/applications"u8)
        && Encoding.ASCII.GetString(request[request.Host]).Equals(_platform, StringComparison.OrdinalIgnoreCase);

    private string PlatformHost() => _settings.State.Url is { } url ? url.IsDefaultPort ? url.Host : url.Authority : "";

    private static bool IsMethod(string method) => method is "GET" or "POST" or "PUT" or "DELETE" or "PATCH" or "HEAD" or "OPTIONS";

    /// <summary>What was offered of an endpoint.</summary>
    private sealed class Offers
    {
        public HashSet<ulong> Shapes { get; } = [];

        public string Canonical { get; set; } = "";

        /// <summary>A call without its body, to offer again.</summary>
        public ApisecEndpoint? Sample { get; set; }

        public bool Unmapped { get; set; }
    }

    private sealed class Lane(ApisecOutput output) : IExchangeLane
    {
        private readonly BodyShape _shapes = new(output._options.Limits.MaxBodyBytes);

        public void Write(Exchange exchange) => output.Take(exchange, _shapes);

        public void Flush()
        {
            // What is new is with the output already.
        }
    }
}

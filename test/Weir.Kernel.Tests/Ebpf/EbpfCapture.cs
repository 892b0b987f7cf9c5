using System.Buffers;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Weir.Capture;
using Weir.Capture.Ebpf.Tls;
using Weir.Export;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Probe;
using Weir.Records;
using Weir.Records.Json;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>The kernel plane with everything behind it, on a thread of its own; keeps each record as it would be written.</summary>
internal sealed class EbpfCapture : IDisposable
{
    private readonly ICaptureSource _source;
    private readonly ProbeRun _run;
    private readonly Records _records = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    private EbpfCapture(ICaptureSource source, ProbeOptions options)
    {
        _source = source;
        _run = new ProbeRun([source], options, [_records]);
        _thread = new Thread(() =>
        {
            try
            {
                _run.Run(_stop.Token);
            }
            catch (Exception error)
            {
                _failure = ExceptionDispatchInfo.Capture(error);
            }
        })
        { IsBackground = true };
        _thread.Start();
    }

    public IReadOnlyList<JsonElement> Calls => _records.Snapshot();

    public KernelPlane Kernel => ((EbpfCaptureSource)_source).Kernel;

    public TlsPlane? Tls => ((EbpfCaptureSource)_source).Tls;

    /// <summary>Opens the plane, or skips the test with the reason why this host has none.</summary>
    public static EbpfCapture OpenOrSkip(int port, ProgramSet? programs = null, Func<EbpfOptions, EbpfOptions>? adjust = null)
    {
        RequireOrSkip();
        var options = new EbpfOptions { Ports = [new PortRange(port, port)], Programs = programs };
        return new EbpfCapture(new EbpfCaptureSource(adjust?.Invoke(options) ?? options), Options(CaptureSourceKind.Ebpf, port));
    }

    /// <summary>The same beside a ring on loopback.</summary>
    public static EbpfCapture OpenWithRingOrSkip(int port)
    {
        RequireOrSkip();
        var filter = CaptureFilter.ForPorts(port);
        return new EbpfCapture(
            new RingEbpfCaptureSource(new RingOptions { Devices = ["lo"], Filter = filter }, new EbpfOptions { Ports = filter.Ports }),
            Options(CaptureSourceKind.Ring, port));
    }

    public static void RequireOrSkip()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "kernel programs need root");
        Skip.IfNot(BpfObjects.IsCompiled("sockets"), "this build has no kernel programs: clang or the headers of libbpf were missing");
        Skip.IfNot(BpfLibrary.IsAvailable, "libbpf is not installed");
        Skip.IfNot(BpfLibrary.HasKernelTypes, "this kernel has no BTF");
    }

    public void WaitFor(Func<JsonElement, bool> call)
    {
        var patience = Stopwatch.StartNew();
        while (!Calls.Any(call))
        {
            _failure?.Throw();
            if (patience.Elapsed > TimeSpan.FromSeconds(20)) throw new TimeoutException($"not among {Calls.Count} calls; {string.Join(", ", Losses())}");
            Thread.Sleep(10);
        }
    }

    public IReadOnlyList<JsonElement> WaitFor(int count)
    {
        var patience = Stopwatch.StartNew();
        while (Calls.Count < count)
        {
            _failure?.Throw();
            if (patience.Elapsed > TimeSpan.FromSeconds(20))
                throw new TimeoutException($"{Calls.Count} of {count} calls; {string.Join(", ", Losses())}");
            Thread.Sleep(10);
        }

        return Calls;
    }

    /// <summary>Lets what is on its way arrive, ends the capture and gives everything.</summary>
    public IReadOnlyList<JsonElement> Stop()
    {
        Thread.Sleep(400);
        _stop.Cancel();
        _thread.Join();
        _failure?.Throw();
        return Calls;
    }

    /// <summary>Reasons above zero.</summary>
    public IReadOnlyDictionary<string, long> Losses() => _run.Report().Dropped.Where(loss => loss.Value > 0).ToDictionary();

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _run.Dispose();
        _stop.Dispose();
    }

    private static ProbeOptions Options(CaptureSourceKind kind, int port) => new() { Source = kind, Ports = [new PortRange(port, port)] };

    private sealed class Records : IExchangeOutput, IExchangeLane
    {
        private readonly Lock _gate = new();
        private readonly List<JsonElement> _calls = [];
        private readonly ExchangeJsonWriter _json = new();

        public bool IsOpen => true;

        public long Lost => 0;

        public IReadOnlyList<JsonElement> Snapshot()
        {
            lock (_gate) return [.. _calls];
        }

        public IExchangeLane OpenLane() => this;

        public void Write(Exchange exchange)
        {
            var buffer = new ArrayBufferWriter<byte>();
            _json.Write(exchange, buffer);
            using var document = JsonDocument.Parse(buffer.WrittenMemory);
            lock (_gate) _calls.Add(document.RootElement.Clone());
        }

        public void Flush()
        {
            // Nothing is held back.
        }

        public void Dispose()
        {
            // Nothing is held open.
        }
    }
}

using System.CommandLine;
using Weir.Cli.Commands;
using Weir.Kubernetes;
using Weir.Kubernetes.Access;
using Weir.Kubernetes.Identity;
using Weir.Kubernetes.Names;
using Weir.Kubernetes.Watching;

namespace Weir.Cli.Identity;

/// <summary>Everything that names peers during one capture; disposing ends its watches.</summary>
internal sealed class IdentitySession : IAsyncDisposable
{
    private const string HostsFile = "/etc/hosts";

    /// <summary>A capture file is read once the cluster is known, which this must suffice for.</summary>
    private static readonly TimeSpan s_syncTime = TimeSpan.FromSeconds(60);

    private readonly ClusterAccess? _access;
    private readonly KubernetesClient? _client;
    private readonly InformerHub? _hub;
    private readonly ClusterIdentity? _cluster;
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly Timer? _watch;

    private IdentitySession(NameTable? names, ClusterAccess? access, bool isFile)
    {
        var hosts = !isFile && access is null && File.Exists(HostsFile) ? NameTable.OfHosts(File.ReadAllText(HostsFile)) : null;
        if (access is not null)
        {
            _access = access;
            _client = new KubernetesClient(access);
            _hub = new InformerHub(_client);
            _cluster = new ClusterIdentity(_hub);
            _watch = new Timer(_ => Warn(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        }

        if (names is not null || hosts is { Count: > 0 } || _cluster is not null) Identifier = new PeerIdentifier(names, _cluster, hosts);
    }

    /// <summary>Null when there is nothing that could name anybody.</summary>
    public PeerIdentifier? Identifier { get; }

    /// <exception cref="UsageException">A file that was named cannot be used.</exception>
    /// <exception cref="IOException">A capture file is to be read, and the cluster does not say who was there.</exception>
    public static async Task<IdentitySession> StartAsync(IdentityOptions options, ParseResult parsed, bool isFile, CancellationToken cancellation)
    {
        var session = new IdentitySession(Names(parsed.GetValue(options.Names)), Access(options, parsed, isFile), isFile);
        if (session._cluster is null) return session;
        // A file is over before the first answer; live traffic is named as soon as that is possible, and not held up until then.
        if (isFile) await session.SyncAsync(cancellation);
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null) await _watch.DisposeAsync();
        if (_cluster is null) return;
        await _cluster.DisposeAsync();
        await _hub!.DisposeAsync();
        _client!.Dispose();
        _access!.Dispose();
    }

    private async Task SyncAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_syncTime);
        try
        {
            await _cluster!.WhenSyncedAsync(limit.Token);
            Warn();
        }
        catch (KubernetesException e)
        {
            await DisposeAsync();
            throw new IOException($"the cluster does not say who was there: {e.Message}", e);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Interrupted: the capture ends before it begins, and says so as it does later.
        }
        catch (OperationCanceledException)
        {
            var why = _cluster!.Warnings;
            await DisposeAsync();
            throw new IOException($"the cluster ({_access!.Origin}) did not say within {s_syncTime.TotalSeconds:0} s who was there{(why.Count > 0 ? $": {why[0]}" : "")}");
        }
    }

    /// <summary>Says each thing once: a missing right stays missing for the whole capture.</summary>
    private void Warn()
    {
        foreach (var warning in _cluster!.Warnings)
        {
            lock (_told)
            {
                if (_told.Count < 32 && _told.Add(warning)) Console.Error.WriteLine($"weir: names are missing: {warning}");
            }
        }
    }

    private static NameTable? Names(string? file)
    {
        if (file is null) return null;
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {file}: {e.Message}");
        }

        return NameTable.TryParse(text, out var table, out var error) ? table : throw new UsageException($"{file}: {error}");
    }

    /// <summary>A capture file is of some cluster; which one has to be said.</summary>
    private static ClusterAccess? Access(IdentityOptions options, ParseResult parsed, bool isFile)
    {
        var (file, context) = (parsed.GetValue(options.Kubeconfig), parsed.GetValue(options.Context));
        if (file is null && context is not null) throw new UsageException("--context is one of a kubeconfig: name the file by --kubeconfig");
        try
        {
            if (file is not null) return ClusterAccess.FromKubeconfig(file, context);
            return !isFile && ClusterAccess.IsInCluster() ? ClusterAccess.InCluster() : null;
        }
        catch (KubernetesException e)
        {
            throw new UsageException(e.Message);
        }
    }
}

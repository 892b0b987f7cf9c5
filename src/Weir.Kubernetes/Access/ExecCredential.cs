using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Weir.Kubernetes.Model;

namespace Weir.Kubernetes.Access;

/// <summary>A program that prints credentials (client-go credential plugins): what the kubeconfig says of it.</summary>
/// <param name="Command">A program on the PATH, or a path.</param>
/// <param name="Arguments">Passed as they are, by no shell.</param>
/// <param name="Environment">Added to this process's own.</param>
/// <param name="ApiVersion"><c>client.authentication.k8s.io/v1</c> or <c>/v1beta1</c>: of the answer too.</param>
/// <param name="ClusterInfo">JSON that tells the program of the cluster; null when the kubeconfig does not ask for that.</param>
/// <param name="InstallHint">What to say when the program is not there.</param>
internal sealed record ExecPlugin(
    string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string ApiVersion, string? ClusterInfo, string? InstallHint);

/// <summary>Runs the program when its last answer is about to expire or was refused; one run at a time serves all who wait.</summary>
internal sealed class ExecCredential(ExecPlugin plugin, KubernetesLimits limits, TimeProvider? time = null) : Credential
{
    /// <summary>Renewed this much before the end, so that no request leaves with a token that ends on its way.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(20);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly SemaphoreSlim _gate = new(1);
    private Answer? _answer;

    public override X509Certificate2? Certificate => Volatile.Read(ref _answer)?.Certificate;

    public override async ValueTask<AuthenticationHeaderValue?> GetAsync(bool refused, CancellationToken cancellation)
    {
        var before = Volatile.Read(ref _answer);
        if (!refused && IsGood(before)) return before!.Header;
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Somebody else may have renewed it meanwhile.
            if (_answer is { } now && !ReferenceEquals(now, before) && IsGood(now)) return now.Header;
            var answer = await RunAsync(cancellation).ConfigureAwait(false);
            Volatile.Write(ref _answer, answer);
            return answer.Header;
        }
        finally
        {
            _gate.Release();
        }
    }

    public override void Dispose()
    {
        _gate.Dispose();
        _answer?.Certificate?.Dispose();
        base.Dispose();
    }

    private bool IsGood(Answer? answer) => answer is not null && (answer.Expires is not { } end || _time.GetUtcNow() < end - s_margin);

    private async Task<Answer> RunAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(plugin.Command)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var argument in plugin.Arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in plugin.Environment) start.Environment[name] = value;
        var cluster = plugin.ClusterInfo is { } info ? $"\"cluster\":{info}," : "";
        start.Environment["KUBERNETES_EXEC_INFO"] =
            $"{{\"apiVersion\":\"{plugin.ApiVersion}\",\"kind\":\"ExecCredential\",\"spec\":{{{cluster}\"interactive\":false}}}}";
        using var process = Start(start);
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(limits.ExecTimeout);
        try
        {
            var output = ReadAsync(process.StandardOutput, limits.MaxExecBytes, limit.Token);
            var errors = ReadAsync(process.StandardError, limits.MaxExecBytes, limit.Token);
            var (text, said) = (await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            if (process.ExitCode != 0) throw Failed($"ended with {process.ExitCode}: {LastLine(said)}");
            return Read(text);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failed($"did not answer within {limits.ExecTimeout.TotalSeconds:0.###} s");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw Failed("did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Failed($"cannot be run: {e.Message}{(plugin.InstallHint is { } hint ? $". {hint.Trim()}" : "")}", e);
        }
    }

    private async Task<string> ReadAsync(StreamReader reader, int most, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var read)
        {
            if (text.Length + read > most) throw Failed($"printed more than {most} characters");
            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    private Answer Read(string text)
    {
        ExecCredentialOutput? output;
        try
        {
            output = JsonSerializer.Deserialize(text, KubernetesJson.Default.ExecCredentialOutput);
        }
        catch (JsonException e)
        {
            // Not the text itself: it may hold a token.
            throw Failed($"printed no JSON (line {e.LineNumber + 1})");
        }

        if (output is not { Kind: "ExecCredential", Status: { } status }) throw Failed("printed no ExecCredential with a status");
        if (output.ApiVersion != plugin.ApiVersion) throw Failed($"answers in {output.ApiVersion}, the kubeconfig names {plugin.ApiVersion}");
        if (status.Token is null && status.ClientCertificateData is null) throw Failed("gave neither a token nor a certificate");
        var certificate = status is { ClientCertificateData: { } pem, ClientKeyData: { } key } ? Pair(pem, key, plugin.Command) : null;
        return new Answer(status.Token is { } token ? FixedCredential.Bearer(token) : null, certificate, status.ExpirationTimestamp);
    }

    private KubernetesException Failed(string what, Exception? inner = null) =>
        new(KubernetesFault.Configuration, $"the credential program {plugin.Command} {what}", inner);

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [.., var last] ? last[..Math.Min(last.Length, 300)] : "it said nothing";

    private sealed record Answer(AuthenticationHeaderValue? Header, X509Certificate2? Certificate, DateTimeOffset? Expires);
}

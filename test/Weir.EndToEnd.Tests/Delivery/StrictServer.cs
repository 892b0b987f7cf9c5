using System.Globalization;
using System.Text.RegularExpressions;
using Weir.EndToEnd.Tests.Support;
using Weir.StrictReceiver;

namespace Weir.EndToEnd.Tests.Delivery;

/// <summary>The strict receiver as a process of its own, that can be killed and started again on the same port and journal.</summary>
internal sealed partial class StrictServer(string journal) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private Child? _child;

    public int Port { get; private set; }

    public string Url => $"http://127.0.0.1:{Port}/message";

    public async Task Start(params Answer[] plan)
    {
        _child?.Dispose();
        var assembly = Path.Combine(AppContext.BaseDirectory, "Weir.StrictReceiver.dll");
        _child = Child.Start("dotnet", assembly, Port.ToString(CultureInfo.InvariantCulture), journal, string.Join(',', plan.DefaultIfEmpty(Answer.Take)));
        await _child.WaitForError("listening on", Patience);
        Port = int.Parse(ListeningOn().Match(_child.Errors).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<int> Ended() => (await _child!.Finish(Patience)).ExitCode;

    public async Task Kill()
    {
        _child!.Signal("KILL");
        await Ended();
    }

    /// <summary>Lines of the journal so far; the last may be half written.</summary>
    public List<string> Journal()
    {
        if (!File.Exists(journal)) return [];
        using var reader = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    public async Task WaitForBatches(int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (Journal().Count(line => line.StartsWith("taken ", StringComparison.Ordinal)) < count)
        {
            Assert.False(patience.IsCancellationRequested, "the server did not get enough batches");
            await Task.Delay(5);
        }
    }

    public void Dispose() => _child?.Dispose();

    [GeneratedRegex(@"listening on (\d+)")]
    private static partial Regex ListeningOn();
}

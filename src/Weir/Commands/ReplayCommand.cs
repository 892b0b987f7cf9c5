using System.CommandLine;
using System.Diagnostics;
using Weir.Cli.HttpFilters;
using Weir.Cli.Replay;
using Weir.Export;
using Weir.Records;

namespace Weir.Cli.Commands;

/// <summary><c>weir replay</c>: sends captured requests again.</summary>
internal static class ReplayCommand
{
    private const string Help = """
        Send captured requests again, at the pace they were captured or another, and compare the answers.

        Examples:
          weir replay -r calls.gor --to http://staging:8080                 as captured
          weir replay -r traffic.pcapng --to http://127.0.0.1:8080 --speed max --workers 50
          weir replay -r calls.jsonl --to https://staging -w 'method == "GET"' --rate 100
          weir replay -r calls.gor --to http://staging --set-header 'Authorization: Bearer TEST' --loop --for 10m
        """;

    public static Command Create()
    {
        var options = new ReplayOptions();
        var command = options.AddTo(new Command("replay", Help));
        command.SetAction((parsed, _) => Run(options, parsed));
        return command;
    }

    private static async Task<int> Run(ReplayOptions options, ParseResult parsed)
    {
        var plan = options.Read(parsed);
        var report = new ReplayReport();
        using var interruption = new Interruption(parsed.GetValue(options.For));
        var began = Stopwatch.GetTimestamp();
        var clock = new ReplayClock(plan.Pace);
        using (var sender = new ReplaySender(plan.To, plan.Rewrite, plan.Workers, plan.Timeout, report))
        {
            var left = plan.MaxRequests;
            do
            {
                left = await Pass(plan, left, clock, sender, report, interruption.Token);
                clock.Rewind();
            }
            while (plan.Loop && left > 0 && !interruption.Token.IsCancellationRequested && report.Sent > 0);
            await sender.Finish();
        }

        report.Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        report.Late = clock.Late;
        report.Print(Console.Error);
        if (parsed.GetValue(options.Stats) is { } stats)
        {
            using var stream = stats == "-" ? StandardOutput.Open() : new FileStream(stats, FileMode.Create, FileAccess.Write);
            report.WriteJson(stream);
        }

        if (interruption.BySignal) return ExitCode.Interrupted;
        return report.Sent == 0 || report.Failed > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>Once through the file; returns how many requests may still be sent.</summary>
    private static async Task<long> Pass(
        ReplayPlan plan, long left, ReplayClock clock, ReplaySender sender, ReplayReport report, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var queue = new ReplayQueue(plan.ReadDepth);
        var reader = Task.Factory.StartNew(() => Fill(plan, queue, report, ended.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            while (left > 0 && queue.Take(ended.Token) is { } request)
            {
                await clock.Wait(request.StartNs, ended.Token);
                if (plan.DryRun) report.Skip("dry_run");
                else await sender.Start(request, ended.Token);
                left--;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The user or a time limit ends it; what is under way is still waited for.
        }

        await ended.CancelAsync();
        await reader;
        return left;
    }

    private static void Fill(ReplayPlan plan, ReplayQueue queue, ReplayReport report, CancellationToken cancellation)
    {
        try
        {
            new ReplayReader(plan.File).Run(Take, cancellation);
        }
        finally
        {
            queue.End();
        }

        void Take(Exchange exchange)
        {
            if (plan.Where?.Invoke(exchange) == false || plan.Filter?.Wants(exchange) == false) report.Skip("filtered");
            else if (plan.Pace.Percent < 100 && Random.Shared.Next(100) >= plan.Pace.Percent) report.Skip("rate");
            else Enqueue(ReplayRequest.From(exchange));
        }

        void Enqueue((ReplayRequest? Request, string Problem) read)
        {
            if (read.Request is null) report.Skip(read.Problem);
            else queue.Add(plan.Rewrite.Apply(read.Request), cancellation);
        }
    }
}

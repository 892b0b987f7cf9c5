using Weir.Benchmarks;
using Weir.Benchmarks.Chaos;
using Weir.Benchmarks.Chaos.Load;
using Weir.Benchmarks.Peers;
using Weir.Benchmarks.Soak;
using Weir.Benchmarks.Workloads;

switch (args)
{
    // This program within a node of a chaos run.
    case [CallLoad.Verb, .. var load]: return await CallLoad.Run(load);
    case [FrameStorm.Verb, .. var storm]: return FrameStorm.Run(storm);
    case [FrameChurn.Verb, .. var churn]: return FrameChurn.Run(churn);
}

if (!BenchOptions.TryParse(args, out var options))
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return 2;
}

switch (options.Verb)
{
    case "generate":
        foreach (var capture in options.Open()) Console.Error.WriteLine(capture);
        return 0;
    case "soak":
        return await SoakRun.Run(options.Weir!, options.Duration, Console.Out);
    case "chaos":
        return await ChaosRun.Run(options.Weir!, options.Duration, options.Seed, options.Fault, Console.Out);
    case "parse":
        ProtocolTable.Print(Console.Out);
        return 0;
    case "flows":
        FlowMeterTable.Print(options.Directory, Console.Out);
        return 0;
    case "redact":
        RedactionTable.Print(Console.Out);
        return 0;
    default:
        var failures = PeerTable.Print(options, Console.Out, Console.Error);
        Console.Out.WriteLine();
        ProtocolTable.Print(Console.Out);
        Console.Out.WriteLine();
        FlowMeterTable.Print(options.Directory, Console.Out);
        return failures == 0 ? 0 : 1;
}

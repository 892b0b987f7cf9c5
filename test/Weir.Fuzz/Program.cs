using System.Globalization;
using Weir.Fuzz;

if (args is not [var name, ..] || FuzzTargets.All.FirstOrDefault(target => target.Name == name) is not { } target)
{
    Console.Error.WriteLine($"usage: Weir.Fuzz TARGET [INPUTS] [SEED]\ntargets: {string.Join(", ", FuzzTargets.All.Select(t => t.Name))}");
    return 2;
}

var inputs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
var seed = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
var failure = FuzzRun.FirstFailure(target, inputs, seed);
Console.WriteLine(failure ?? $"{target.Name}: {inputs} inputs, no failure");
return failure is null ? 0 : 1;

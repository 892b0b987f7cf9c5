using Weir.Manifests.Checks;
using Weir.Manifests.Reports;

namespace Weir.Cli.Smells;

/// <summary>What <c>--list</c> and <c>--explain</c> print.</summary>
internal static class CheckList
{
    public static int All()
    {
        foreach (var family in CheckCatalog.Families)
        {
            Console.WriteLine(family.Title);
            foreach (var check in family.Checks)
                Console.WriteLine($"  {check.Id} {check.Name,-32} {Names.Of(check.Severity),-8} {check.Title}{(check.ByDefault ? "" : " (opt-in)")}");
            Console.WriteLine();
        }

        Console.Error.WriteLine($"weir: {CheckCatalog.All.Length} checks, {CheckCatalog.All.Count(static check => !check.ByDefault)} of them opt-in (--enable)");
        return ExitCode.Done;
    }

    public static int Explain(string name)
    {
        var check = Find(name);
        Console.WriteLine($"{check.Id} {check.Name}: {check.Title}");
        Console.WriteLine($"severity   {Names.Of(check.Severity)}{(check.ByDefault ? "" : ", opt-in: --enable " + check.Id)}");
        Console.WriteLine($"why, what  {check.Remedy}");
        Console.WriteLine($"known as   {string.Join(", ", check.Sources)}");
        Console.WriteLine($"expected?  metadata.annotations: weir.io/ignore: \"{check.Id}=reason\"");
        return ExitCode.Done;
    }

    /// <exception cref="UsageException">There is none of that id or name.</exception>
    public static Check Find(string name) => CheckCatalog.Find(name) ?? throw new UsageException($"{name} is no check; weir smells --list shows them");
}

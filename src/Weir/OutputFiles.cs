using Weir.Export;

namespace Weir.Cli;

/// <summary>Refuses to write over the capture that is being read, and to write two outputs into one file.</summary>
internal static class OutputFiles
{
    /// <exception cref="UsageException">Two of the files are the same; nothing was opened yet.</exception>
    public static void Check(string? input, IEnumerable<OutputSpec> outputs, string? statistics, string? counters = null)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        if (input is not (null or "-")) taken.Add(Resolve(input), "the capture that is read");
        foreach (var (file, name) in outputs.Where(o => o.Kind is not (OutputKind.Resurface or OutputKind.Apisec)).Select(o => (o.File, "another output")).Append((statistics, "--stats")).Append((counters, "--counters")))
        {
            if (file is null or "-" || file.StartsWith("/dev/", StringComparison.Ordinal)) continue;
            if (!taken.TryAdd(Resolve(file), name))
                throw new UsageException($"{file} would be written over {taken[Resolve(file)]}: name another file");
        }
    }

    private static string Resolve(string path)
    {
        var file = new FileInfo(Path.GetFullPath(path));
        return file.Exists && file.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : file.FullName;
    }
}

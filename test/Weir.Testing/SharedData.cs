using Xunit;

namespace Weir.Testing;

/// <summary>
/// Real captures and other large test data kept outside the repository: the folder named by WEIR_SHARED_DATA, else
/// <c>shared/data</c> in some folder above the sources. Tests that need them are skipped, with the reason, when they are absent.
/// </summary>
public static class SharedData
{
    private const string Variable = "WEIR_SHARED_DATA";

    /// <summary>Null when there is no shared data on this machine.</summary>
    public static string? Root { get; } = Find();

    /// <summary>Full path of a file or folder such as <c>pcap/zeek/traces/http/get.pcap</c>; skips the test when it is absent.</summary>
    public static string Require(string relativePath)
    {
        Skip.If(Root is null, $"shared test data not found: set {Variable} to its folder");
        var path = Path.Combine(Root!, relativePath);
        Skip.IfNot(Path.Exists(path), $"shared test data lacks {relativePath}");
        return path;
    }

    /// <summary>Files below a folder of the shared data as relative paths in a fixed order; none when it is absent.</summary>
    public static IReadOnlyList<string> List(string relativeFolder, params string[] extensions)
    {
        if (Root is null || !Directory.Exists(Path.Combine(Root, relativeFolder))) return [];
        return
        [
            .. Directory.EnumerateFiles(Path.Combine(Root, relativeFolder), "*", SearchOption.AllDirectories)
                .Where(file => extensions.Contains(Path.GetExtension(file)))
                .Select(file => Path.GetRelativePath(Root, file))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } configured) return configured;
        for (var folder = new DirectoryInfo(RepositoryRoot.Path); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(candidate)) return candidate;
        }

        return null;
    }
}

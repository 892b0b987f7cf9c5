namespace Weir.Testing;

/// <summary>Where the sources are, for tests that read them or the corpus.</summary>
public static class RepositoryRoot
{
    private const string Marker = "Weir.slnx";

    public static string Path { get; } = Find();

    /// <summary>Full path of a file given relative to the root, with forward slashes.</summary>
    public static string Combine(string relativePath) => System.IO.Path.Combine(Path, relativePath);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, Marker))) return folder.FullName;
        }

        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds {Marker}");
    }
}

using System.Diagnostics;
using System.Xml.Linq;

namespace Weir.Repository.Tests;

/// <summary>The files of this repository: what git tracks plus what it would not ignore, so build output never counts.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Paths relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static string Absolute(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(Absolute(path));

    public static bool Exists(string path) => File.Exists(Absolute(path)) || Directory.Exists(Absolute(path));

    public static IEnumerable<string> Below(string folder, string ending = "") => Files.Where(file =>
        file.StartsWith(folder + "/", StringComparison.Ordinal) && file.EndsWith(ending, StringComparison.Ordinal));

    public static IEnumerable<string> Projects => Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal));

    public static string ProjectName(string path) => Path.GetFileNameWithoutExtension(path);

    public static XDocument Xml(string path) => XDocument.Parse(Read(path));

    /// <summary>Values of an attribute of all elements of that name, e.g. every Include of every ProjectReference.</summary>
    public static IEnumerable<string> Attributes(string path, string element, string attribute) =>
        Xml(path).Descendants(element).Select(found => (string?)found.Attribute(attribute)).OfType<string>();

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Weir.slnx"))) return at.FullName;
        }

        throw new InvalidOperationException("no Weir.slnx above " + AppContext.BaseDirectory);
    }

    private static string[] ListFiles()
    {
        string[] arguments = ["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"];
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Path.Combine(Root, file)))]
            : throw new InvalidOperationException($"git ls-files ended with {git.ExitCode}");
    }
}

using Weir.Manifests.Yaml;

namespace Weir.Manifests.Scanning;

/// <summary>Hands files and folders to a scanner. Of folders, what can be a manifest; charts are named, not read.</summary>
/// <param name="scanner">Gets what is read.</param>
/// <param name="limits">What it may cost.</param>
/// <param name="note">Told in a sentence what was left out.</param>
public sealed class ManifestFiles(SmellScanner scanner, ManifestLimits limits, Action<string> note)
{
    private static readonly string[] s_endings = [".yaml", ".yml", ".json"];

    /// <summary>Not manifests, and large.</summary>
    private static readonly string[] s_skipped = ["node_modules", "vendor", "bin", "obj"];

    private int _files;

    /// <summary>A file, or all below a folder.</summary>
    /// <exception cref="FileNotFoundException">There is neither.</exception>
    /// <exception cref="InvalidDataException">There are more files than allowed.</exception>
    public void Add(string path)
    {
        if (Directory.Exists(path)) AddFolder(path);
        else if (File.Exists(path)) AddFile(path, onlyObjects: true);
        else throw new FileNotFoundException($"{path}: no such file or folder");
    }

    /// <summary>All of a stream.</summary>
    /// <param name="name">For findings.</param>
    /// <param name="stream">Read to its end, or to the limit.</param>
    /// <param name="onlyObjects">What is no Kubernetes object is a problem.</param>
    public void Add(string name, Stream stream, bool onlyObjects)
    {
        ArgumentNullException.ThrowIfNull(stream);
        // One byte more than allowed tells that there is more.
        using var content = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            content.Write(buffer, 0, count);
            if (content.Length <= limits.MaxFileBytes) continue;
            scanner.Add(new ManifestProblem(name, 0, 0, $"larger than {limits.MaxFileBytes} bytes"));
            return;
        }

        scanner.Add(name, content.GetBuffer().AsSpan(0, (int)content.Length), onlyObjects);
    }

    private void AddFolder(string folder)
    {
        if (File.Exists(Path.Combine(folder, "Chart.yaml")))
        {
            note($"{folder} is a Helm chart, whose templates are no manifests yet: helm template NAME {folder} | weir smells -");
            return;
        }

        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden, IgnoreInaccessible = false };
        foreach (var file in Directory.EnumerateFiles(folder, "*", options).Order(StringComparer.Ordinal))
        {
            if (!s_endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)) continue;
            if (_files >= limits.MaxFiles) throw new InvalidDataException($"more than {limits.MaxFiles} files; name fewer folders");
            AddFile(file, onlyObjects: false);
        }

        foreach (var below in Directory.EnumerateDirectories(folder, "*", options).Order(StringComparer.Ordinal))
            if (!s_skipped.Contains(Path.GetFileName(below))) AddFolder(below);
    }

    private void AddFile(string path, bool onlyObjects)
    {
        _files++;
        using var stream = File.OpenRead(path);
        Add(path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path, stream, onlyObjects);
    }
}

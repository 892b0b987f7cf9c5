using Weir.Manifests.Scanning;

namespace Weir.Manifests.Tests;

public sealed class ManifestFilesTests : IDisposable
{
    private const string Namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-files-");
    private readonly List<string> _notes = [];

    [Fact]
    public void Of_a_folder_only_manifests_are_read()
    {
        foreach (var name in (string[])["a.yaml", "b.YML", "c.json", "d.txt", ".hidden.yaml", "node_modules/e.yaml", "below/f.yaml"]) Write(name, name == "c.json" ? """{"apiVersion":"v1","kind":"Namespace"}""" : Namespace);
        Write("values.yaml", "a: 1\n");
        Write("chart/Chart.yaml", "name: x\n");
        Write("chart/templates/t.yaml", Namespace);
        var report = Read(_folder.FullName, ManifestLimits.Default);
        Assert.Equal(4, report.Objects);
        Assert.Empty(report.Findings.Where(finding => finding.Check.Id == "GEN-014"));
        Assert.Contains("Helm chart", Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_folder_above_is_not_followed()
    {
        Write("a.yaml", Namespace);
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "loop"), _folder.FullName);
        Assert.Equal(1, Read(_folder.FullName, ManifestLimits.Default).Objects);
    }

    [Fact]
    public void A_file_that_is_named_has_to_be_a_manifest()
    {
        var file = Write("values.yaml", "a: 1\n");
        Assert.Equal(["GEN-014"], Read(file, ManifestLimits.Default).Ids());
    }

    [Fact]
    public void More_files_than_allowed_are_refused()
    {
        for (var i = 0; i < 4; i++) Write($"{i}.yaml", Namespace);
        Assert.Throws<InvalidDataException>(() => Read(_folder.FullName, ManifestLimits.Default with { MaxFiles = 3 }));
    }

    [Fact]
    public void A_stream_without_end_is_read_to_the_limit_only()
    {
        var scanner = new SmellScanner();
        new ManifestFiles(scanner, ManifestLimits.Default with { MaxFileBytes = 100_000 }, _notes.Add).Add("-", new Endless(), onlyObjects: true);
        Assert.Contains("larger than", Assert.Single(scanner.Scan().Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_is_said() => Assert.Throws<FileNotFoundException>(() => Read(Path.Combine(_folder.FullName, "absent"), ManifestLimits.Default));

    public void Dispose() => _folder.Delete(recursive: true);

    private SmellReport Read(string path, ManifestLimits limits)
    {
        var scanner = new SmellScanner(null, limits);
        new ManifestFiles(scanner, limits, _notes.Add).Add(path);
        return scanner.Scan();
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private sealed class Endless : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)'#');
            return buffer.Length;
        }
    }
}

using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Weir.Repository.Tests;

/// <summary>What <c>./dev publish</c> writes beside the program (CycloneDX 1.6), made of the files of a build.</summary>
public sealed class BillOfMaterialsTests : IDisposable
{
    private static readonly string s_build = Path.Combine(
        Repository.Root, "src/Weir/bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-sbom-");

    [SkippableFact]
    public void Every_package_that_is_shipped_is_in_it_with_version_hash_and_licence()
    {
        var components = Write("one.json").GetProperty("components").EnumerateArray().ToDictionary(one => one.GetProperty("purl").GetString()!);
        var shipped = JsonElement.Parse(File.ReadAllText(Path.Combine(s_build, "weir.deps.json"))).GetProperty("libraries").EnumerateObject().Where(one => one.Value.GetProperty("type").GetString() == "package").ToList();
        Assert.True(shipped.Count > 5);
        foreach (var package in shipped)
        {
            var one = components[$"pkg:nuget/{package.Name.Replace('/', '@')}"];
            Assert.Equal(package.Value.GetProperty("sha512").GetString(), "sha512-" + Convert.ToBase64String(Convert.FromHexString(one.GetProperty("hashes")[0].GetProperty("content").GetString()!)));
            Assert.NotEmpty(one.GetProperty("licenses").EnumerateArray());
        }

        var page = JsonElement.Parse(Repository.Read("web/package.json")).GetProperty("dependencies").EnumerateObject().ToList();
        Assert.All(page, one => Assert.Contains($"pkg:npm/{one.Name.Replace("@", "%40", StringComparison.Ordinal)}@{one.Value.GetString()}", components.Keys));
        Assert.DoesNotContain(components.Keys, purl => purl.Contains("vite", StringComparison.Ordinal) || purl.Contains("xunit", StringComparison.Ordinal));
    }

    /// <summary>The required and constrained members of bom-1.6.schema.json that are used.</summary>
    [SkippableFact]
    public void It_is_what_the_schema_of_CycloneDX_asks_for()
    {
        var bom = Write("one.json");
        Assert.Equal(("CycloneDX", "1.6", 1), (bom.GetProperty("bomFormat").GetString(), bom.GetProperty("specVersion").GetString(), bom.GetProperty("version").GetInt32()));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", bom.GetProperty("serialNumber").GetString());
        var components = bom.GetProperty("components").EnumerateArray().Append(bom.GetProperty("metadata").GetProperty("component")).ToList();
        var refs = components.ConvertAll(one => one.GetProperty("bom-ref").GetString()!);
        Assert.Distinct(refs);
        foreach (var one in components)
        {
            Assert.Contains(one.GetProperty("type").GetString(), (string[])["library", "application"]);
            Assert.NotEmpty(one.GetProperty("name").GetString()!);
            Assert.StartsWith("pkg:", one.GetProperty("purl").GetString(), StringComparison.Ordinal);
            foreach (var hash in one.TryGetProperty("hashes", out var hashes) ? hashes.EnumerateArray().ToList() : [])
            {
                Assert.Equal("SHA-512", hash.GetProperty("alg").GetString());
                Assert.Matches("^[0-9a-f]{128}$", hash.GetProperty("content").GetString());
            }

            foreach (var licence in one.GetProperty("licenses").EnumerateArray()) Assert.True(licence.TryGetProperty("expression", out _) || licence.GetProperty("license").TryGetProperty("name", out _));
        }

        var dependencies = bom.GetProperty("dependencies").EnumerateArray().ToList();
        Assert.Equal(refs.Order(StringComparer.Ordinal), dependencies.Select(one => one.GetProperty("ref").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(dependencies.SelectMany(one => one.GetProperty("dependsOn").EnumerateArray()), one => Assert.Contains(one.GetString(), refs));
    }

    [SkippableFact]
    public void The_same_build_gives_the_same_text()
    {
        Write("one.json");
        Write("two.json");
        Assert.Equal(File.ReadAllText(Path.Combine(_folder.FullName, "one.json")), File.ReadAllText(Path.Combine(_folder.FullName, "two.json")));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private JsonElement Write(string name)
    {
        var node = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists);
        Skip.If(node is null, "needs node, which builds the page");
        var file = Path.Combine(_folder.FullName, name);
        using var process = Process.Start(new ProcessStartInfo(node, [Path.Combine(Repository.Root, "eng/sbom.mjs"), s_build, file]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        return JsonElement.Parse(File.ReadAllText(file));
    }
}

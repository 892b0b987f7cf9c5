using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Weir.Repository.Tests;

/// <summary>What is used of others: which versions, that they are the same everywhere, and on which terms. Needs no feed; <c>./dev audit</c> asks them.</summary>
public partial class SupplyChainTests
{
    private static readonly HashSet<string> s_licences = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD", "MS-PL"];

    /// <summary>Packages that give an address instead of a name for their licence, with what stands there; none is shipped.</summary>
    private static readonly Dictionary<string, string> s_byAddress = new()
    {
        ["xunit.abstractions"] = "Apache-2.0", ["xunit.extensibility.core"] = "Apache-2.0", ["xunit.extensibility.execution"] = "Apache-2.0", ["Validation"] = "MS-PL",
    };

    private static IEnumerable<(string File, string Framework, string Name, JsonElement Package)> Locked =>
        from file in Repository.Files.Where(file => Path.GetFileName(file) == "packages.lock.json")
        let document = JsonElement.Parse(Repository.Read(file))
        from framework in document.GetProperty("dependencies").EnumerateObject()
        from package in framework.Value.EnumerateObject()
        where package.Value.GetProperty("type").GetString() != "Project"
        select (file, framework.Name, package.Name, package.Value);

    private static IEnumerable<(string Path, JsonElement Package)> Npm =>
        from package in JsonElement.Parse(Repository.Read("web/package-lock.json")).GetProperty("packages").EnumerateObject()
        where package.Name.Length > 0
        select (package.Name, package.Value);

    [Fact]
    public void Every_locked_package_has_one_version_and_the_hash_of_its_content()
    {
        Assert.True(Locked.Count() > 100);
        Offences.None(
            from one in Locked
            where !Version().IsMatch(Text(one.Package, "resolved")) || Convert.FromBase64String(Text(one.Package, "contentHash")).Length != 64
            select $"{one.File}: {one.Name}",
            "A lock file names an exact version and the SHA-512 of the package.");
        Offences.None(
            from versions in Locked.GroupBy(one => $"{one.Name} {Text(one.Package, "resolved")}", StringComparer.OrdinalIgnoreCase)
            where versions.Select(one => Text(one.Package, "contentHash")).Distinct().Count() > 1
            select versions.Key,
            "Two lock files have another content of the same version.");
    }

    [Fact]
    public void What_a_project_asks_for_is_the_version_of_the_one_list()
    {
        var asked = Repository.Xml("Directory.Packages.props").Descendants("PackageVersion").ToDictionary(one => one.Attribute("Include")!.Value, one => one.Attribute("Version")!.Value);
        Offences.None(
            from one in Locked
            where Text(one.Package, "type") == "Direct" && asked.GetValueOrDefault(one.Name) is { } version && Text(one.Package, "resolved") != version
            select $"{one.File}: {one.Name} {Text(one.Package, "resolved")}, not {asked[one.Name]}",
            "The feed had another version than Directory.Packages.props.");
    }

    [Fact]
    public void A_build_server_restores_exactly_what_the_lock_files_name()
    {
        var script = Repository.Read("dev");
        Assert.Contains("dotnet restore \"$1\" --locked-mode", script, StringComparison.Ordinal);
        Assert.Contains("npm ci", script, StringComparison.Ordinal);
        Assert.DoesNotContain("npm install", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_of_the_page_are_exact_and_have_their_hash()
    {
        var document = JsonElement.Parse(Repository.Read("web/package.json"));
        Offences.None(
            from kind in (string[])["dependencies", "devDependencies"]
            from package in document.GetProperty(kind).EnumerateObject()
            where !Version().IsMatch(package.Value.GetString()!)
            select $"{package.Name} {package.Value}",
            "web/package.json names exact versions.");
        Offences.None(
            from one in Npm
            where !Text(one.Package, "integrity").StartsWith("sha512-", StringComparison.Ordinal) || !Version().IsMatch(Text(one.Package, "version"))
            select one.Path,
            "web/package-lock.json has version and SHA-512 of each package.");
    }

    [Fact]
    public void Licences_are_those_that_are_allowed() => Offences.None(
        (from name in Locked.Select(one => (one.Name, Version: Text(one.Package, "resolved"))).Distinct()
         where File.Exists(Nuspec(name.Name, name.Version))
         let licence = Licence(name.Name, name.Version)
         where !s_licences.Contains(licence)
         select $"{name.Name} {name.Version}: {licence}")
        .Concat(
            from one in Npm
            let licence = Text(one.Package, "license")
            // Tools may be under the Mozilla licence, which asks something only of who changes their files.
            where !s_licences.Contains(licence) && !(licence == "MPL-2.0" && one.Package.TryGetProperty("dev", out _))
            select $"{one.Path}: {licence}"),
        "Somebody has to decide about this licence.");

    [Fact]
    public void The_licences_of_what_was_restored_can_be_read()
    {
        var packages = Locked.Where(one => one.File.StartsWith("src/", StringComparison.Ordinal)).Select(one => (one.Name, Version: Text(one.Package, "resolved"))).Distinct().ToList();
        Assert.NotEmpty(packages);
        // Runtime packs and compilers of other platforms are locked, and fetched only where they are used.
        Assert.True(packages.Count(one => File.Exists(Nuspec(one.Name, one.Version))) > packages.Count / 2, Nuspec("", ""));
    }

    private static string Licence(string name, string version)
    {
        var nuspec = XDocument.Load(Nuspec(name, version));
        var licence = nuspec.Descendants().FirstOrDefault(element => element.Name.LocalName == "license" && element.Attribute("type")?.Value == "expression");
        return licence?.Value ?? s_byAddress.GetValueOrDefault(name, "none that is named");
    }

    private static string Nuspec(string name, string version)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        return Path.Combine(packages, name.ToLowerInvariant(), version.ToLowerInvariant(), name.ToLowerInvariant() + ".nuspec");
    }

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    [GeneratedRegex(@"^\d+\.\d+\.\d+(\.\d+)?(-[0-9A-Za-z.-]+)?$")]
    private static partial Regex Version();
}

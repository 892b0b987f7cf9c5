using System.Text.Json;
using Xunit;

namespace Weir.Repository.Tests;

public class BuildTests
{
    [Fact]
    public void The_SDK_is_pinned()
    {
        using var document = JsonDocument.Parse(Repository.Read("global.json"));
        var sdk = document.RootElement.GetProperty("sdk");
        Assert.Matches(@"^10\.0\.\d{3}$", sdk.GetProperty("version").GetString());
        Assert.Equal("latestPatch", sdk.GetProperty("rollForward").GetString());
    }

    [Fact]
    public void Warnings_are_errors_and_null_is_checked()
    {
        var properties = Repository.Xml("Directory.Build.props");
        Assert.Equal("true", properties.Descendants("TreatWarningsAsErrors").Single().Value);
        Assert.Equal("enable", properties.Descendants("Nullable").Single().Value);
        Assert.Equal("true", properties.Descendants("RestorePackagesWithLockFile").Single().Value);
    }

    [Fact]
    public void No_project_relaxes_what_holds_for_all()
    {
        string[] shared = ["TreatWarningsAsErrors", "Nullable", "TargetFramework", "LangVersion", "AnalysisLevel", "RestorePackagesWithLockFile"];
        Offences.None(
            from project in Repository.Projects
            from element in Repository.Xml(project).Descendants()
            where shared.Contains(element.Name.LocalName)
            select $"{project}: {element.Name.LocalName}",
            "These are set once, in Directory.Build.props.");
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_the_other_way_round() => Assert.Equal(
        Repository.Projects.Order(StringComparer.Ordinal),
        Repository.Attributes("Weir.slnx", "Project", "Path").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_source_project_but_the_command_line_has_tests() => Offences.None(
        from project in Repository.Projects
        where project.StartsWith("src/", StringComparison.Ordinal)
        let name = Repository.ProjectName(project)
        where name is not ("Weir" or "Weir.Linux") && !Repository.Exists($"test/{name}.Tests/{name}.Tests.csproj")
        select name,
        "Weir is tested from outside by Weir.EndToEnd.Tests, Weir.Linux against the kernel by Weir.Kernel.Tests; the others have test/<name>.Tests.");

    [Fact]
    public void Package_versions_stand_in_one_place() => Offences.None(
        from project in Repository.Projects
        from reference in Repository.Xml(project).Descendants("PackageReference")
        where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
              || reference.Element("Version") is not null
        select $"{project}: {reference.Attribute("Include")?.Value}",
        "Versions belong in Directory.Packages.props.");

    [Fact]
    public void Every_package_version_is_exact_and_used()
    {
        var used = Repository.Projects.Append("Directory.Build.targets")
            .SelectMany(project => Repository.Attributes(project, "PackageReference", "Include"))
            .ToHashSet(StringComparer.Ordinal);
        Offences.None(
            from package in Repository.Xml("Directory.Packages.props").Descendants("PackageVersion")
            let name = package.Attribute("Include")!.Value
            let version = package.Attribute("Version")!.Value
            where !used.Contains(name) || version.Contains('*', StringComparison.Ordinal) || version.StartsWith('[')
            select $"{name} {version}",
            "A version that no project uses, or that floats.");
    }

    [Fact]
    public void Every_project_has_its_lock_file() => Offences.None(
        from project in Repository.Projects
        let lockFile = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")
        where !Repository.Files.Contains(lockFile)
        select lockFile,
        "Build servers restore with --locked-mode: commit what `dotnet restore` wrote.");

    [Fact]
    public void The_page_has_its_lock_file_without_download_addresses_of_mirrors()
    {
        Assert.Contains("web/package-lock.json", Repository.Files);
        using var document = JsonDocument.Parse(Repository.Read("web/package-lock.json"));
        Offences.None(
            from package in document.RootElement.GetProperty("packages").EnumerateObject()
            where package.Value.TryGetProperty("resolved", out var resolved)
                  && !resolved.GetString()!.StartsWith("https://registry.npmjs.org/", StringComparison.Ordinal)
            select package.Name,
            "A lock file names the public registry or none.");
    }
}

using Xunit;

namespace Weir.Repository.Tests;

/// <summary>Who may use whom. The table is the picture in docs/architecture.md.</summary>
public class DependencyTests
{
    private static readonly string[] Pure = ["Weir.Packets", "Weir.Streams", "Weir.Protocols", "Weir.Records", "Weir.Privacy", "Weir.Flows", "Weir.Detection", "Weir.Inventory"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Weir.Packets"] = [],
        ["Weir.Records"] = ["Weir.Packets"],
        ["Weir.Privacy"] = ["Weir.Packets", "Weir.Records"],
        ["Weir.Detection"] = ["Weir.Flows", "Weir.Packets", "Weir.Records"],
        ["Weir.Inventory"] = ["Weir.Packets", "Weir.Records"],
        ["Weir.Specs"] = ["Weir.Inventory"],
        ["Weir.Streams"] = ["Weir.Packets"],
        ["Weir.Protocols"] = ["Weir.Packets", "Weir.Streams", "Weir.Records"],
        ["Weir.Flows"] = ["Weir.Packets"],
        ["Weir.Linux"] = [],
        ["Weir.Capture"] = ["Weir.Packets", "Weir.Linux"],
        ["Weir.Kubernetes"] = ["Weir.Records", "Weir.Packets"],
        ["Weir.Storage"] = ["Weir.Records", "Weir.Packets"],
        ["Weir.Export"] = ["Weir.Records", "Weir.Packets", "Weir.Flows", "Weir.Rpc", "Weir.Inventory"],
        ["Weir.Manifests"] = ["Weir.Privacy"],
        ["Weir.Probe"] = ["Weir.Capture", "Weir.Packets", "Weir.Streams", "Weir.Protocols", "Weir.Records", "Weir.Export", "Weir.Privacy", "Weir.Flows"],
        ["Weir.Center"] = ["Weir.Records", "Weir.Packets", "Weir.Storage", "Weir.Export", "Weir.Privacy", "Weir.Inventory", "Weir.Specs", "Weir.Rpc", "Weir.Detection", "Weir.Flows", "Weir.Kubernetes", "Weir.Manifests"],
        ["Weir"] = [
            "Weir.Probe", "Weir.Center", "Weir.Export", "Weir.Storage", "Weir.Capture", "Weir.Records", "Weir.Packets",
            "Weir.Streams", "Weir.Protocols", "Weir.Linux", "Weir.Privacy", "Weir.Flows", "Weir.Detection", "Weir.Manifests", "Weir.Kubernetes", "Weir.Inventory", "Weir.Specs",
            "Weir.Rpc"],
        ["Weir.Rpc"] = [],
    };

    private static IEnumerable<string> SourceProjects => Repository.Projects.Where(path => path.StartsWith("src/", StringComparison.Ordinal));

    [Fact]
    public void Every_source_project_is_in_the_table() => Assert.Equal(
        Allowed.Keys.Order(StringComparer.Ordinal), SourceProjects.Select(Repository.ProjectName).Order(StringComparer.Ordinal));

    [Fact]
    public void Source_projects_reference_only_what_the_table_allows() => Offences.None(
        from project in SourceProjects
        let name = Repository.ProjectName(project)
        from reference in References(project)
        where !Allowed.GetValueOrDefault(name, []).Contains(reference)
        select $"{name} references {reference}",
        "A new direction of dependency is a decision: docs/architecture.md, and then this table.");

    [Fact]
    public void Pure_projects_reference_only_pure_projects() => Offences.None(
        from project in SourceProjects
        where Pure.Contains(Repository.ProjectName(project))
        from reference in References(project)
        where !Pure.Contains(reference)
        select $"{project} references {reference}",
        "A pure assembly does no I/O, so nothing it uses may.");

    [Fact]
    public void Pure_projects_are_checked_by_the_compiler_for_what_they_may_not_call() => Offences.None(
        from project in SourceProjects
        let isPure = Pure.Contains(Repository.ProjectName(project))
        let isMarked = Repository.Xml(project).Descendants("WeirPure").Any(element => element.Value == "true")
        where isPure != isMarked
        select project,
        "WeirPure in the project file turns on eng/BannedSymbols.Pure.txt; it belongs in the pure projects and nowhere else.");

    [Fact]
    public void Pure_projects_use_no_packages() => Offences.None(
        from project in SourceProjects
        where Pure.Contains(Repository.ProjectName(project))
        from package in Repository.Attributes(project, "PackageReference", "Include")
        select $"{project} uses {package}",
        "What parses hostile bytes depends on the framework alone.");

    [Theory]
    [InlineData("Weir.Probe", "Weir.Center")]
    [InlineData("Weir.Center", "Weir.Probe")]
    public void The_two_roles_never_reach_each_other(string from, string to)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([from]);
        while (open.TryPop(out var name))
        {
            var project = SourceProjects.Single(path => Repository.ProjectName(path) == name);
            foreach (var reference in References(project).Where(reached.Add)) open.Push(reference);
        }

        Assert.DoesNotContain(to, reached);
    }

    [Fact]
    public void Only_Weir_Linux_may_be_unsafe()
    {
        var marked = Repository.Projects
            .Where(path => Repository.Xml(path).Descendants().Any(element => element.Name.LocalName is "AllowUnsafeBlocks" or "WeirNative"))
            .Select(Repository.ProjectName);
        Assert.Equal(["Weir.Linux"], marked);
    }

    private static IEnumerable<string> References(string project) => Repository
        .Attributes(project, "ProjectReference", "Include")
        .Select(include => Path.GetFileNameWithoutExtension(include.Replace('\\', '/')));
}

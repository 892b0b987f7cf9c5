using System.Text.RegularExpressions;
using Weir.Manifests.Checks;
using Weir.Manifests.Reports;
using Weir.Testing;

namespace Weir.Manifests.Tests;

public class CatalogTests
{
    private const string Page = "docs/smells.md";
    private const string Begin = "<!-- checks: written by the code, compared by a test -->\n";
    private const string End = "<!-- end of checks -->";

    [Fact]
    public void Ids_and_names_are_of_one_form_and_differ()
    {
        Assert.All(CheckCatalog.All, check => Assert.Matches("^[A-Z]{3}-[0-9]{3}$", check.Id));
        Assert.All(CheckCatalog.All, check => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", check.Name));
        Assert.Distinct(CheckCatalog.All.Select(check => check.Id));
        Assert.Distinct(CheckCatalog.All.Select(check => check.Name));
        Assert.All(CheckCatalog.Families, family => Assert.All(family.Checks, check => Assert.Equal(family.Prefix, check.Family)));
    }

    [Fact]
    public void Every_check_says_what_it_is_and_what_to_do()
    {
        Assert.All(CheckCatalog.All, check => Assert.InRange(check.Title.Length, 8, 80));
        Assert.All(CheckCatalog.All, check => Assert.EndsWith(".", check.Remedy, StringComparison.Ordinal));
        Assert.All(CheckCatalog.All, check => Assert.All(check.Sources, source => Assert.Matches("^((KL|KS|PO):[A-Za-z0-9-]+|RA|SK|S4|PSS|W)$", source)));
    }

    [Fact]
    public void Checks_are_found_by_id_and_by_name()
    {
        Assert.Equal("SEC-007", CheckCatalog.Find("sec-007")!.Id);
        Assert.Equal("SEC-007", CheckCatalog.Find("writable-root-fs")!.Id);
        Assert.Null(CheckCatalog.Find("SEC-999"));
    }

    [SkippableFact]
    public void Names_of_kube_linter_are_those_that_it_has()
    {
        var known = Regex.Matches(File.ReadAllText(SharedData.Require("manifests/kube-linter/checks.md")), "(?m)^## ([a-z0-9-]+)$").Select(match => match.Groups[1].Value).ToHashSet();
        Assert.All(CheckCatalog.All.SelectMany(check => check.Sources).Where(source => source.StartsWith("KL:", StringComparison.Ordinal)), source => Assert.Contains(source[3..], known));
    }

    [Fact]
    public void The_table_of_the_page_is_what_the_code_says()
    {
        var path = RepositoryRoot.Combine(Page);
        var page = File.ReadAllText(path);
        var (start, end) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable(Golden.Variable) == "1")
        {
            File.WriteAllText(path, page[..start] + "\n" + CheckTable.Markdown() + page[end..]);
            return;
        }

        Assert.Equal("\n" + CheckTable.Markdown(), page[start..end]);
    }
}

using System.Globalization;
using System.Text;
using Weir.Manifests.Checks;

namespace Weir.Manifests.Reports;

/// <summary>The checks as the table of docs/smells.md.</summary>
public static class CheckTable
{
    public static string Markdown()
    {
        var text = new StringBuilder();
        foreach (var family in CheckCatalog.Families)
        {
            text.Append(CultureInfo.InvariantCulture, $"### {family.Title}\n\n| check | severity | what | what to do |\n| --- | --- | --- | --- |\n");
            foreach (var check in family.Checks)
                text.Append(CultureInfo.InvariantCulture, $"| {check.Id} {check.Name} | {Names.Of(check.Severity)}{(check.ByDefault ? "" : ", opt-in")} | {Cell(check.Title)} | {Cell(check.Remedy)} |\n");
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}

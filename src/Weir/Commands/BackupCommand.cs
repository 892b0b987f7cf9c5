using System.CommandLine;
using System.Globalization;
using Weir.Storage;

namespace Weir.Cli.Commands;

/// <summary><c>weir backup</c> and <c>weir restore</c>: copies of the embedded store.</summary>
internal static class BackupCommand
{
    private const string FileName = "weir.db";

    private const string BackupHelp = """
        Copy the embedded store into one file, while a center goes on writing. ClickHouse has backups of its own
        (docs/guides/storage.md).

        Examples:
          weir backup /backup                            into /backup/weir-20261121T174500Z.db
          weir backup calls.db --data /var/lib/weir
        """;

    private const string RestoreHelp = """
        Put a copy that weir backup made in the place of the embedded store. No center may run on it. A store that is there
        already keeps its calls under the name weir.db.before-restore.

        Examples:
          weir restore calls.db
          weir restore calls.db --data /var/lib/weir --force
        """;

    public static Command CreateBackup()
    {
        var place = new Argument<string>("place") { Description = "File to be made, or a directory in which one is made by the time of day" };
        var data = Data();
        var command = new Command("backup", BackupHelp) { place, data };
        command.SetAction(parsed => Backup(parsed.GetValue(place)!, Store(parsed, data)));
        return command;
    }

    public static Command CreateRestore()
    {
        var file = new Argument<string>("file") { Description = "What weir backup made" };
        var data = Data();
        var force = new Option<bool>("--force") { Description = "Replace a store that is there" };
        var command = new Command("restore", RestoreHelp) { file, data, force };
        command.SetAction(parsed =>
        {
            var store = Store(parsed, data);
            Console.Error.WriteLine($"weir: {Calls(SqliteBackup.Restore(parsed.GetValue(file)!, store, parsed.GetValue(force)))} restored into {store}");
            return ExitCode.Done;
        });
        return command;
    }

    private static int Backup(string place, string store)
    {
        var file = Directory.Exists(place)
            ? Path.Combine(place, $"weir-{DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}.db")
            : place;
        Console.Error.WriteLine($"weir: {Calls(SqliteBackup.Write(store, file))} copied to {file}");
        return ExitCode.Done;
    }

    private static string Calls(long count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "call" : "calls")}");

    private static Option<string?> Data() => new("--data") { Description = "Directory of the store (default ~/.local/share/weir)", HelpName = "DIR" };

    private static string Store(ParseResult parsed, Option<string?> data) => Path.Combine(UpCommand.DataDirectory(parsed.GetValue(data), demo: false), FileName);
}

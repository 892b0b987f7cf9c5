using System.CommandLine;
using System.Globalization;
using Weir.Storage;

namespace Weir.Cli.Commands;

/// <summary><c>weir backup</c> and <c>weir restore</c>: copies of what a center keeps.</summary>
internal static class BackupCommand
{
    private const string FileName = "weir.db";

    private const string BackupHelp = """
        Copy what a center keeps, while it goes on writing: calls, byte counters and accounts into a directory, or the calls
        alone into a file. What is left out is told. ClickHouse has backups of its own (docs/guides/storage.md).

        Examples:
          weir backup /var/backups/weir/                 into /var/backups/weir/weir-20261121T174500Z/
          weir backup calls.db --data /var/lib/weir      the calls alone
        """;

    private const string RestoreHelp = """
        Put a copy that weir backup made, a directory or a file, in the place of what a center keeps. No center may run on it.
        Databases that are there already stay beside it as weir.db.before-restore and the like.

        Examples:
          weir restore /var/backups/weir/weir-20261121T174500Z
          weir restore calls.db
          weir restore calls.db --data /var/lib/weir --force
        """;

    public static Command CreateBackup()
    {
        var place = new Argument<string>("place") { Description = "A directory (one that is there, or with a / at its end), in which one is made by the time of day; or a file to be made, for the calls alone" };
        var data = Data();
        var command = new Command("backup", BackupHelp) { place, data };
        command.SetAction(parsed => Backup(parsed.GetValue(place)!, DataOf(parsed, data)));
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
            var (from, into) = (parsed.GetValue(file)!, DataOf(parsed, data));
            var restored = Directory.Exists(from)
                ? SqliteBackup.RestoreAll(from, into, parsed.GetValue(force))
                : new BackupContent(SqliteBackup.Restore(from, Path.Combine(into, FileName), parsed.GetValue(force)), [FileName]);
            Console.Error.WriteLine($"weir: {Text(restored)} restored into {into}");
            return ExitCode.Done;
        });
        return command;
    }

    private static int Backup(string place, string data)
    {
        IEnumerable<string> left = SqliteBackup.OtherDatabases(data);
        if (Directory.Exists(place) || Path.EndsInDirectorySeparator(place))
        {
            Directory.CreateDirectory(place);
            place = Path.Combine(place, $"weir-{DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}");
            Console.Error.WriteLine($"weir: {Text(SqliteBackup.WriteAll(data, place))} copied to {place}");
            left = [];
        }
        else
        {
            Console.Error.WriteLine($"weir: {Calls(SqliteBackup.Write(Path.Combine(data, FileName), place))} copied to {place}");
        }

        left = [.. left, .. SqliteBackup.LeftOut(data)];
        if (left.Any()) Console.Error.WriteLine($"weir: left out of {data}: {string.Join(", ", left)}");
        return ExitCode.Done;
    }

    private static string Text(BackupContent content) => content.Calls is { } calls
        ? $"{Calls(calls)} ({string.Join(", ", content.Files)})"
        : string.Join(", ", content.Files);

    private static string Calls(long count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "call" : "calls")}");

    private static Option<string?> Data() => new("--data") { Description = "Directory of the store (default ~/.local/share/weir)", HelpName = "DIR" };

    private static string DataOf(ParseResult parsed, Option<string?> data) => UpCommand.DataDirectory(parsed.GetValue(data), demo: false);
}

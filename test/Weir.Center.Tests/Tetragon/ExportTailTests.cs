using System.Text;
using Weir.Center.Tetragon;

namespace Weir.Center.Tests.Tetragon;

public sealed class ExportTailTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-tail-");
    private readonly List<string> _lines = [];

    private string Log => Path.Combine(_folder.FullName, "tetragon.log");

    [Fact]
    public void Lines_come_once_and_an_unfinished_one_waits_for_its_end()
    {
        using var tail = new ExportTail(Log, 100);
        Poll(tail);
        Assert.Contains("is not there", tail.Trouble, StringComparison.Ordinal);
        File.WriteAllText(Log, "one\ntwo\nthr");
        Poll(tail, "one", "two");
        Assert.Null(tail.Trouble);
        File.AppendAllText(Log, "ee\r\n\nfour\n");
        Poll(tail, "three", "four");
        Poll(tail);
    }

    [Fact]
    public void A_file_that_is_renamed_is_read_to_its_end_and_then_its_successor()
    {
        using var tail = new ExportTail(Log, 100);
        File.WriteAllText(Log, "a\n");
        Poll(tail, "a");
        File.AppendAllText(Log, "b\n");
        File.Move(Log, Log + ".1");
        File.AppendAllText(Log + ".1", "c\n");
        Poll(tail, "b", "c");
        Assert.Contains("is not there", tail.Trouble, StringComparison.Ordinal);
        File.WriteAllText(Log, "d\n");
        Poll(tail, "d");
        // And once more, with the successor there at once, and gone files.
        File.AppendAllText(Log, "e\n");
        File.Delete(Log);
        File.WriteAllText(Log, "f\n");
        Poll(tail, "e", "f");
        Assert.Equal(2, tail.Rotations);
    }

    [Fact]
    public void A_file_that_begins_anew_is_read_from_its_start()
    {
        using var tail = new ExportTail(Log, 100);
        File.WriteAllText(Log, "a long line of before\nhalf");
        Poll(tail, "a long line of before");
        using (var file = new FileStream(Log, FileMode.Open, FileAccess.Write)) file.SetLength(0);
        File.AppendAllText(Log, "new\n");
        Poll(tail, "new");
        Assert.Equal(1, tail.Rotations);
    }

    [Fact]
    public void A_line_beyond_the_limit_is_passed_over_and_counted()
    {
        using var tail = new ExportTail(Log, 10);
        File.WriteAllText(Log, $"short\n{new string('x', 200_000)}\nagain\n{new string('y', 10)}\n{new string('z', 11)}");
        Poll(tail, "short", "again", new string('y', 10));
        File.AppendAllText(Log, "zz\nend\n");
        Poll(tail, "end");
        Assert.Equal(2, tail.TooLong);
    }

    [Fact]
    public void A_folder_in_its_place_is_told_and_the_file_read_once_it_is_there()
    {
        using var tail = new ExportTail(Log, 10);
        Directory.CreateDirectory(Log);
        Poll(tail);
        Assert.NotNull(tail.Trouble);
        Directory.Delete(Log);
        File.WriteAllText(Log, "a\n");
        Poll(tail, "a");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Poll(ExportTail tail, params string[] expected)
    {
        _lines.Clear();
        tail.Poll(line => _lines.Add(Encoding.UTF8.GetString(line)), CancellationToken.None);
        Assert.Equal(expected, _lines);
    }
}

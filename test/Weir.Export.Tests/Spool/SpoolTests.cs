using System.Text;
using Weir.Export.Spool;
using Weir.Records;
using Xunit;

namespace Weir.Export.Tests.Spool;

public sealed class SpoolTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("weir-spool-").FullName;
    private readonly ExchangeIdGenerator _ids = new();
    private readonly List<string> _told = [];
    private readonly SpoolClock _clock = new();

    [Fact]
    public void Batches_come_back_in_order_and_whole_after_a_restart()
    {
        using (var spool = Open())
        {
            for (var i = 0; i < 3; i++) spool.TryAppend(Batch($"payload {i}", messages: i + 1), mayDrop: true);
            Assert.Equal(6, spool.Messages);
        }

        using var again = Open();
        Assert.Equal(6, again.Messages);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(again.TryTake(out var batch));
            Assert.Equal($"payload {i}", Encoding.UTF8.GetString(batch.Payload));
            Assert.Equal(i + 1, batch.Messages);
            Assert.True(batch.Compressed);
            again.Remove(batch);
        }

        Assert.True(again.IsEmpty);
        Assert.Empty(Directory.GetFiles(_root, "*.batch", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_batch_stays_until_it_is_removed()
    {
        using var spool = Open();
        spool.TryAppend(Batch("one"), mayDrop: true);
        Assert.True(spool.TryTake(out var first));
        spool.Rest(first);
        Assert.True(spool.TryTake(out var second));
        Assert.Equal(first.Id, second.Id);
    }

    [Fact]
    public void Files_are_for_their_owner_only()
    {
        using var spool = Open();
        spool.TryAppend(Batch("secret"), mayDrop: true);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(spool.Path, "*.batch").Single()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(spool.Path));
    }

    [Fact]
    public void The_oldest_make_room_and_are_counted_but_not_the_one_under_way()
    {
        using var spool = Open(new SpoolLimits(3 * 1000, TimeSpan.FromDays(1), 1 << 20));
        spool.TryAppend(Batch(new string('a', 900), 1), mayDrop: true);
        Assert.True(spool.TryTake(out var underWay));
        spool.TryAppend(Batch(new string('b', 900), 10), mayDrop: true);
        spool.TryAppend(Batch(new string('c', 900), 100), mayDrop: true);
        spool.TryAppend(Batch(new string('d', 900), 1000), mayDrop: true);
        Assert.Equal(10, spool.DroppedFull);
        Assert.Equal(1101, spool.Messages);
        spool.Remove(underWay);
        Assert.True(spool.TryTake(out var next));
        Assert.Equal((byte)'c', next.Payload[0]);
    }

    [Fact]
    public void Who_may_not_drop_is_refused_when_there_is_no_room()
    {
        using var spool = Open(new SpoolLimits(1000, TimeSpan.FromDays(1), 1 << 20));
        Assert.True(spool.TryAppend(Batch(new string('a', 900)), mayDrop: false));
        Assert.False(spool.TryAppend(Batch(new string('b', 900)), mayDrop: false));
        Assert.True(spool.TryTake(out var first));
        spool.Remove(first);
        Assert.True(spool.TryAppend(Batch(new string('b', 900)), mayDrop: false));
        Assert.Equal(0, spool.DroppedFull);
    }

    [Fact]
    public void Old_batches_are_given_up_and_counted()
    {
        using var spool = Open(SpoolLimits.Default with { MaxAge = TimeSpan.FromHours(1) });
        spool.TryAppend(Batch("old", 5), mayDrop: true);
        _clock.Pass(TimeSpan.FromHours(2));
        spool.TryAppend(Batch("new", 7), mayDrop: true);
        Assert.True(spool.TryTake(out var batch));
        Assert.Equal(7, batch.Messages);
        Assert.Equal(5, spool.DroppedExpired);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(39)]
    [InlineData(45)]
    public void A_segment_that_was_cut_is_left_out_and_counted(int length)
    {
        string file;
        using (var spool = Open())
        {
            spool.TryAppend(Batch("damaged", 3), mayDrop: true);
            file = Directory.GetFiles(spool.Path, "*.batch").Single();
            spool.TryAppend(Batch("good", 1), mayDrop: true);
        }

        using (var stream = File.OpenWrite(file)) stream.SetLength(length);
        using var again = Open();
        Assert.True(again.TryTake(out var batch));
        Assert.Equal("good", Encoding.UTF8.GetString(batch.Payload));
        // However little of it is there: the name says it.
        Assert.Equal(3, again.Damaged);
        Assert.Contains(_told, text => text.Contains("damaged", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_damaged_header_claims_is_not_counted()
    {
        string file;
        using (var spool = Open())
        {
            spool.TryAppend(Batch("damaged", 3), mayDrop: true);
            file = Directory.GetFiles(spool.Path, "*.batch").Single();
        }

        var bytes = File.ReadAllBytes(file);
        bytes[19] = 0x7F;
        File.WriteAllBytes(file, bytes);
        using var again = Open();
        Assert.Equal(3, again.Messages);
        Assert.False(again.TryTake(out _));
        Assert.Equal(3, again.Damaged);
        Assert.Equal(0, again.Messages);
    }

    [Fact]
    public void A_segment_that_an_earlier_version_left_is_sent()
    {
        using (var spool = Open())
        {
            spool.TryAppend(Batch("old", 4), mayDrop: true);
            var file = Directory.GetFiles(spool.Path, "*.batch").Single();
            File.Move(file, file.Replace(".4.batch", ".batch", StringComparison.Ordinal));
        }

        using var again = Open();
        Assert.Equal(4, again.Messages);
        Assert.True(again.TryTake(out var batch));
        again.Remove(batch);
        Assert.Empty(Directory.GetFiles(_root, "*.batch", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_clock_that_is_set_makes_no_batch_older()
    {
        using var spool = Open(SpoolLimits.Default with { MaxAge = TimeSpan.FromHours(1) });
        spool.TryAppend(Batch("one", 5), mayDrop: true);
        _clock.Set(TimeSpan.FromDays(2));
        spool.TryAppend(Batch("two", 7), mayDrop: true);
        _clock.Set(TimeSpan.FromDays(-4));
        Assert.True(spool.TryTake(out var batch));
        Assert.Equal(5, batch.Messages);
        spool.Rest(batch);
        _clock.Pass(TimeSpan.FromMinutes(61));
        Assert.False(spool.TryTake(out _));
        Assert.Equal(12, spool.DroppedExpired);
    }

    [Fact]
    public void What_an_earlier_run_left_is_as_old_as_its_name_says()
    {
        using (var spool = Open()) spool.TryAppend(Batch("old", 5), mayDrop: true);
        _clock.Pass(TimeSpan.FromHours(23));
        using var again = Open();
        Assert.True(again.TryTake(out var batch));
        again.Rest(batch);
        _clock.Pass(TimeSpan.FromMinutes(61));
        Assert.False(again.TryTake(out _));
        Assert.Equal(5, again.DroppedExpired);
    }

    [Fact]
    public void Any_changed_byte_of_a_segment_is_noticed()
    {
        var bytes = SpoolSegment.Encode(Batch("payload", 2));
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.False(SpoolSegment.TryDecode(bytes, out _), $"byte {i}");
            bytes[i] ^= 1;
        }

        Assert.True(SpoolSegment.TryDecode(bytes, out _));
    }

    [Fact]
    public void A_second_process_has_a_directory_of_its_own_and_the_next_run_takes_over_both()
    {
        using (var one = Open())
        using (var two = Open())
        {
            Assert.NotEqual(one.Path, two.Path);
            one.TryAppend(Batch("one"), mayDrop: true);
            two.TryAppend(Batch("two"), mayDrop: true);
        }

        using var next = Open();
        Assert.Equal(2, next.Messages);
    }

    [Fact]
    public void Another_destination_has_another_directory()
    {
        using var one = Open();
        one.TryAppend(Batch("one"), mayDrop: true);
        using var other = Open(destination: "https://other.example/message");
        Assert.True(other.IsEmpty);
    }

    [Fact]
    public void While_the_disk_refuses_batches_stay_in_memory_and_are_told_once()
    {
        using var spool = Open(new SpoolLimits(1 << 20, TimeSpan.FromDays(1), 1500));
        Directory.Delete(spool.Path, recursive: true);
        for (var i = 0; i < 3; i++) spool.TryAppend(Batch(new string((char)('a' + i), 600)), mayDrop: true);
        Assert.Single(_told);
        Assert.Equal(1, spool.DroppedFull);
        Assert.True(spool.TryTake(out var batch));
        Assert.Equal((byte)'b', batch.Payload[0]);
        Directory.CreateDirectory(spool.Path);
    }

    [Fact]
    public void What_had_to_stay_in_memory_goes_to_the_disk_when_that_takes_again()
    {
        using var spool = Open();
        Directory.Delete(spool.Path, recursive: true);
        for (var i = 0; i < 3; i++) spool.TryAppend(Batch("refused"), mayDrop: true);
        Assert.True(spool.TryTake(out var underWay));
        Directory.CreateDirectory(spool.Path);
        spool.TryAppend(Batch("taken"), mayDrop: true);
        Assert.Equal(3, Directory.GetFiles(spool.Path, "*.batch").Length);
        // The one that is being sent follows with the next.
        spool.Rest(underWay);
        spool.TryAppend(Batch("taken"), mayDrop: true);
        Assert.Equal(5, Directory.GetFiles(spool.Path, "*.batch").Length);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(spool.TryTake(out var batch));
            spool.Remove(batch);
        }

        Assert.True(spool.IsEmpty);
        Assert.Equal(0, spool.Bytes);
        Assert.Empty(Directory.GetFiles(spool.Path, "*.batch"));
    }

    [Fact]
    public void Half_a_file_of_a_run_that_was_killed_is_removed()
    {
        string unfinished;
        using (var spool = Open()) unfinished = Path.Combine(spool.Path, "01J.batch.tmp");
        File.WriteAllText(unfinished, "half");
        using var again = Open();
        Assert.False(File.Exists(unfinished));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_told_with_what_to_do()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");
        var failure = Assert.Throws<OutputException>(() => SpoolDirectory.Open("resurface", file, "https://a.example/message"));
        Assert.Contains("--spool", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private DeliverySpool Open(SpoolLimits? limits = null, string destination = "https://a.example/message") =>
        new(SpoolDirectory.Open("resurface", _root, destination), limits ?? SpoolLimits.Default, _clock, _told.Add);

    private SpoolBatch Batch(string payload, int messages = 1) =>
        new(_ids.Next(_clock.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000), messages, true, Encoding.UTF8.GetBytes(payload));
}

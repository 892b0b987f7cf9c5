using System.Diagnostics;
using Weir.Export.Retention;
using Weir.Packets;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests.Retention;

public sealed class PacketKeeperTests : IDisposable
{
    private readonly KeptFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Frames_come_back_as_they_were_captured_with_interfaces_and_tags()
    {
        var talk = KeptFolder.Talks(1)[0].Frames.Select((frame, i) => frame with { InterfaceId = i % 2 }).ToList();
        using (var keeper = new PacketKeeper(_folder.Options))
        {
            KeptFolder.Keep(keeper, talk);
            var lane = keeper.OpenLane(static _ => "eth9");
            lane.Keep(new Frame(talk[0].Data, talk[0].Data.Length, talk[0].TimestampNs, LinkType.Ethernet, 7) { StrippedVlanTci = 42 }, 0);
            lane.Keep(new Frame(talk[1].Data.AsSpan(14), 1_500, talk[1].TimestampNs, LinkType.Raw, 7), 0);
            lane.Flush();
        }

        using var reader = CaptureFileReader.Open(File.OpenRead(Assert.Single(_folder.Segments)));
        var read = TestFrames.ReadAll(reader);
        Assert.Equal(CaptureFileFormat.PcapNg, reader.Format);
        Assert.Equal(talk.Select(frame => frame.Data), read.Take(talk.Count).Select(frame => frame.Data));
        Assert.Equal(talk.Select(frame => frame.TimestampNs), read.Take(talk.Count).Select(frame => frame.TimestampNs));
        Assert.Equal(talk.Select(frame => frame.InterfaceId), read.Take(talk.Count).Select(frame => frame.InterfaceId));
        Assert.Equal([("eth0", LinkType.Ethernet), ("eth1", LinkType.Ethernet), ("eth9", LinkType.Ethernet), ("eth9", LinkType.Raw)], reader.Interfaces.Select(one => (one.Name, one.LinkType)));
        // The tag that the kernel took off stands behind the addresses again.
        Assert.Equal([0x81, 0x00, 0, 42], read[^2].Data[12..16]);
        Assert.Equal(1_500, read[^1].OriginalLength);
        Assert.Equal(talk[1].Data[14..], read[^1].Data);
    }

    [Fact]
    public void Segments_roll_at_their_size_and_the_oldest_give_way_at_the_budget()
    {
        var talks = KeptFolder.Talks(200);
        _folder.Keep(talks.Select(talk => talk.Frames).ToArray());
        Assert.InRange(_folder.Segments.Count, 10, 20);
        Assert.All(_folder.Segments, path => Assert.InRange(new FileInfo(path).Length, 1, 64 << 10));
        Assert.InRange(new DirectoryInfo(_folder.Path).EnumerateFiles().Sum(file => file.Length), 512 << 10, 1 << 20);
        // What is left is the end, without a hole.
        var (_, frames) = _folder.Read();
        var all = talks.SelectMany(talk => talk.Frames).ToList();
        KeptFolder.Equal(all.TakeLast(frames.Count), frames);
        Assert.True(frames.Count < all.Count);
    }

    [Fact]
    public void What_is_older_than_the_age_is_deleted_by_another_run_too()
    {
        var clock = new Clock();
        var options = _folder.Options with { Age = TimeSpan.FromSeconds(60) };
        var talks = KeptFolder.Talks(40, clock.NowNs - 90_000_000_000);
        _folder.Keep(options with { Age = TimeSpan.FromDays(1) }, talks.Select(talk => talk.Frames).ToArray());
        Assert.True(_folder.Segments.Count > 4);
        using (var keeper = new PacketKeeper(options, null, clock))
            Assert.True(SpinWait.SpinUntil(() => _folder.Segments.Count <= 2, TimeSpan.FromSeconds(30)), $"{_folder.Segments.Count} segments");
        // One that ends within the time stays whole.
        Assert.All(_folder.Read().Frames, frame => Assert.True(frame.TimestampNs > clock.NowNs - 75_000_000_000));
    }

    [Fact]
    public void Another_run_goes_on_behind_what_the_first_left_and_two_at_once_are_refused()
    {
        var talks = KeptFolder.Talks(20);
        _folder.Keep(talks[0].Frames);
        var before = _folder.Segments;
        using (var keeper = new PacketKeeper(_folder.Options))
        {
            var refusal = Assert.Throws<OutputException>(() => new PacketKeeper(_folder.Options));
            Assert.Contains("another weir writes there", refusal.Message, StringComparison.Ordinal);
            foreach (var talk in talks.Skip(1)) KeptFolder.Keep(keeper, talk.Frames);
            Assert.Equal(_folder.Segments.Count, keeper.State.Segments);
            Assert.Equal(talks.Sum(talk => (long)talk.Frames.Count), keeper.State.Frames);
            Assert.Equal(talks[0].Frames[0].TimestampNs, keeper.State.OldestNs);
        }

        Assert.Equal(before[0], _folder.Segments[0]);
        Assert.Equal(_folder.Segments.Order(StringComparer.Ordinal), _folder.Segments);
        KeptFolder.Equal(talks.SelectMany(talk => talk.Frames), _folder.Read().Frames);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_400)]
    public void A_torn_last_packet_is_cut_off_with_a_note_and_the_others_stay(int torn)
    {
        var talks = KeptFolder.Talks(2);
        _folder.Keep(talks[0].Frames);
        _folder.Keep(talks[1].Frames);
        // As a kill leaves it: without an index, within a block.
        File.Delete(Path.ChangeExtension(_folder.Segments[1], ".index"));
        using (var file = File.OpenWrite(_folder.Segments[1])) file.SetLength(file.Length - torn);
        var (answer, whole) = _folder.Read();
        Assert.Empty(answer.Notes);
        _folder.Keep(KeptFolder.Talks(1, firstPort: 50_000)[0].Frames);
        Assert.Contains("bytes of a torn packet were cut off", Assert.Single(_folder.Told), StringComparison.Ordinal);
        var (after, frames) = _folder.Read();
        Assert.Empty(after.Notes);
        Assert.Equal(3, after.Segments);
        Assert.Equal(whole.Count + talks[0].Frames.Count, frames.Count);
        Assert.InRange(whole.Count, talks[0].Frames.Count + talks[1].Frames.Count - 30, talks[0].Frames.Count + talks[1].Frames.Count - 1);
    }

    [Fact]
    public void Zeroes_that_a_crash_left_behind_are_cut_off_and_an_empty_segment_goes()
    {
        var talk = KeptFolder.Talks(1)[0];
        _folder.Keep(talk.Frames);
        var path = _folder.Segments[0];
        File.Delete(Path.ChangeExtension(path, ".index"));
        var length = new FileInfo(path).Length;
        using (var file = File.OpenWrite(path)) file.SetLength(length + 4096);
        File.WriteAllBytes(path.Replace("00000000", "00000001", StringComparison.Ordinal), new byte[100]);
        _folder.Keep([]);
        Assert.Equal(length, new FileInfo(Assert.Single(_folder.Segments)).Length);
        KeptFolder.Equal(talk.Frames, _folder.Read().Frames);
    }

    [Fact]
    public void What_the_writer_is_too_slow_for_is_counted_and_nobody_waits()
    {
        _folder.Keep(KeptFolder.Talks(1)[0].Frames);
        using (var file = File.OpenWrite(_folder.Segments[0])) file.SetLength(file.Length - 1);
        // The writer tells of the torn segment first, and is held there.
        using var held = new ManualResetEventSlim();
        var frames = KeptFolder.Talks(60, firstPort: 50_000).SelectMany(talk => talk.Frames).ToList();
        using (var keeper = new PacketKeeper(_folder.Options with { Tell = _ => held.Wait() }))
        {
            var lane = keeper.OpenLane(static _ => null);
            foreach (var frame in frames) lane.Keep(frame.Frame, 1);
            lane.Flush();
            Assert.InRange(keeper.QueueFull, 1, frames.Count - 1);
            held.Set();
            keeper.Flush();
            // There is room again.
            var lost = keeper.QueueFull;
            lane.Keep(frames[0].Frame, 1);
            lane.Flush();
            keeper.Flush();
            Assert.Equal(lost, keeper.QueueFull);
            Assert.Equal(frames.Count + 1 - lost, keeper.State.Frames - (KeptFolder.Talks(1)[0].Frames.Count - 1));
            // 16 batches of 16 KiB.
            Assert.InRange((frames.Count - lost) * 76, 1, 256 << 10);
        }
    }

    [SkippableFact]
    public void A_full_disk_is_told_once_and_what_follows_is_kept_when_there_is_room_again()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounts a small file system");
        Directory.CreateDirectory(_folder.Path);
        Skip.IfNot(Run("mount", "-t", "tmpfs", "-o", "size=400k", "weir-test", _folder.Path), "tmpfs can't be mounted here");
        try
        {
            var talks = KeptFolder.Talks(60);
            using (var keeper = new PacketKeeper(_folder.Options))
            {
                var others = Path.Combine(_folder.Path, "somebody-elses");
                File.WriteAllBytes(others, new byte[200 << 10]);
                foreach (var talk in talks) KeptFolder.Keep(keeper, talk.Frames);
                Assert.True(keeper.NotWritten > 0);
                Assert.True(keeper.State.Suspended);
                Assert.Equal(0, keeper.QueueFull);
                Assert.Contains("packets are not kept for now; capture goes on", Assert.Single(_folder.Told), StringComparison.Ordinal);
                var (full, _) = _folder.Read();
                Assert.Empty(full.Notes);
                File.Delete(others);
                Thread.Sleep(KeptFolder.Small.RetryTime);
                var late = KeptFolder.Talks(1, firstPort: 60_000)[0];
                KeptFolder.Keep(keeper, late.Frames);
                Assert.False(keeper.State.Suspended);
                Assert.Equal(2, _folder.Told.Count);
                var (_, frames) = _folder.Read();
                Assert.Equal(late.Frames[^1].Data, frames[^1].Data);
                Assert.Equal(talks.Sum(talk => talk.Frames.Count) + late.Frames.Count - keeper.NotWritten, frames.Count);
            }
        }
        finally
        {
            Run("umount", _folder.Path);
        }
    }

    [Fact]
    public void Once_warm_a_worker_allocates_nothing_for_the_frames_it_keeps()
    {
        var frames = KeptFolder.Talks(8).SelectMany(talk => talk.Frames).ToList();
        var options = _folder.Options with { Limits = KeptFolder.Small with { QueueBytes = 4 << 20 } };
        using var keeper = new PacketKeeper(options);
        var lane = keeper.OpenLane(static _ => "eth0");
        // Every batch that there may be is there.
        var batches = new List<KeptBatch>();
        while (keeper.Rent() is { } batch) batches.Add(batch);
        batches.ForEach(keeper.Return);
        var bytes = SteadyState.AllocatedBytes(
            () =>
            {
                keeper.Flush();
                return frames;
            },
            round =>
            {
                for (var i = 0; i < round.Count; i++) lane.Keep(round[i].Frame, (ulong)i);
                lane.Flush();
            });
        Assert.Equal(0, bytes);
        Assert.Equal(0, keeper.QueueFull);
    }

    [SkippableFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Only_the_owner_may_read_what_is_kept()
    {
        Skip.If(OperatingSystem.IsWindows(), "file modes of Unix");
        _folder.Keep(KeptFolder.Talks(1)[0].Frames);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Path));
        Assert.All(Directory.GetFiles(_folder.Path), path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
        Assert.Equal(3, Directory.GetFiles(_folder.Path).Length);
    }

    [Theory]
    [InlineData(1 << 10, 1 << 20, "a segment has at least")]
    [InlineData(64 << 10, 100 << 10, "the budget holds at least two segments")]
    public void Sizes_that_do_not_go_together_are_refused(long segment, long budget, string words)
    {
        var options = _folder.Options with { SegmentBytes = segment, BudgetBytes = budget };
        Assert.Contains(words, options.Problem(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new PacketKeeper(options));
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private sealed class Clock : TimeProvider
    {
        private readonly DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public long NowNs => (_now - DateTimeOffset.UnixEpoch).Ticks * 100;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}

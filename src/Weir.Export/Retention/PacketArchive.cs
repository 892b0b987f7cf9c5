using Weir.Packets;

namespace Weir.Export.Retention;

/// <summary>
/// Reads a folder of kept frames, also while a process writes there: what is finished is chosen by its index, what is not is read as far as
/// it goes. Thread-safe; holds nothing open between questions.
/// </summary>
/// <param name="directory">The folder.</param>
/// <param name="tunnels">Which are looked into for the ends of connections; as those of the capture.</param>
public sealed class PacketArchive(string directory, TunnelOptions? tunnels = null)
{
    /// <summary>Frames between two looks at the cancellation token.</summary>
    private const int FramesPerCheck = 1024;

    /// <summary>Takes one frame; false ends the reading.</summary>
    private delegate bool FrameTaker(in Frame frame, DecodeOutcome outcome, in PacketView packet);

    /// <summary>Hands every frame of the segments of a time to a sink, whole segments at a time: also frames some way before and behind it.</summary>
    /// <exception cref="IOException">The folder is not there or can't be read.</exception>
    public void Feed(long fromNs, long toNs, IFrameSink sink, InterfaceTable interfaces, CancellationToken cancellation)
    {
        foreach (var segment in List().Where(segment => segment.IsWithin(fromNs, toNs)))
        {
            using var reader = Open(segment, []);
            if (reader is null) continue;
            for (var frames = 0; reader.TryRead(out var frame); frames++)
            {
                if (frames % FramesPerCheck == 0 && cancellation.IsCancellationRequested) return;
                sink.OnFrame(new Frame(frame.Data, frame.OriginalLength, frame.TimestampNs, frame.LinkType, interfaces.IdOf(reader, frame.InterfaceId)));
            }
        }
    }

    /// <summary>Writes the wanted frames as one section of pcapng.</summary>
    /// <param name="query">Which.</param>
    /// <param name="output">Left open. Its errors are thrown as they are.</param>
    /// <param name="progress">Told of the frames written now and then.</param>
    /// <param name="cancellation">Ends it with what was written so far.</param>
    /// <exception cref="IOException">The folder is not there or can't be read.</exception>
    public PacketAnswer Write(PacketQuery query, Stream output, IProgress<long>? progress, CancellationToken cancellation)
    {
        var notes = new List<string>();
        var segments = List();
        var wanted = query.Connections is { } connections ? new WantedConnections(connections) : null;
        List<Segment> chosen = [.. segments.Where(segment => wanted is null ? segment.IsWithin(query.FromNs, query.ToNs) : segment.MayHold(wanted.Flows))];
        if (wanted is not null)
        {
            bool Learn(in Frame frame, DecodeOutcome outcome, in PacketView packet)
            {
                wanted.Learn(outcome, in packet);
                return true;
            }

            Read(chosen, new InterfaceTable(), [], Learn, cancellation);
        }

        var interfaces = new InterfaceTable();
        using var writer = new PcapNgWriter(output, interfaces.NameOf, leaveOpen: true);
        var (frames, bytes, isCut) = (0L, 0L, false);
        bool Take(in Frame frame, DecodeOutcome outcome, in PacketView packet)
        {
            if (wanted is null ? frame.TimestampNs < query.FromNs || frame.TimestampNs >= query.ToNs : !wanted.Has(outcome, in packet)) return true;
            if (!IsOfEnds(query, outcome, in packet)) return true;
            isCut = bytes + frame.Data.Length > query.MaxBytes;
            if (isCut) return false;
            writer.Write(in frame);
            bytes += frame.Data.Length;
            if (++frames % FramesPerCheck == 0) progress?.Report(frames);
            return true;
        }

        var read = Read(chosen, interfaces, notes, Take, cancellation);
        writer.Flush();
        return new PacketAnswer(frames, bytes, wanted?.Met ?? 0, read, segments.Count, isCut, notes);
    }

    private static bool IsOfEnds(PacketQuery query, DecodeOutcome outcome, in PacketView packet)
    {
        if (query.Hosts.Count > 0)
        {
            var (source, destination) = (packet.Source.ToIPAddress(), packet.Destination.ToIPAddress());
            if (!query.Hosts.Any(host => host.Contains(source) || host.Contains(destination))) return false;
        }

        return query.Ports is null || outcome == DecodeOutcome.FragmentPending
            || (outcome == DecodeOutcome.Decoded && query.Ports(packet.SourcePort, packet.DestinationPort));
    }

    private int Read(List<Segment> segments, InterfaceTable interfaces, List<string> notes, FrameTaker take, CancellationToken cancellation)
    {
        var decoder = new PacketDecoder(tunnels: tunnels);
        var read = 0;
        foreach (var segment in segments)
        {
            using var reader = Open(segment, notes);
            if (reader is null) continue;
            read++;
            for (var frames = 0; reader.TryRead(out var frame); frames++)
            {
                if (frames % FramesPerCheck == 0 && cancellation.IsCancellationRequested) return read;
                var outcome = decoder.Decode(in frame, out var packet);
                var named = new Frame(frame.Data, frame.OriginalLength, frame.TimestampNs, frame.LinkType, interfaces.IdOf(reader, frame.InterfaceId));
                if (!take(in named, outcome, in packet)) return read;
            }

            // The segment that is being written ends anywhere.
            if (reader.Problem is { } problem && !(segment.IsNewest && reader.Truncated)) notes.Add($"{Path.GetFileName(segment.File.Path)}: {problem}");
        }

        return read;
    }

    private List<Segment> List()
    {
        var files = RetentionFolder.List(directory);
        return [.. files.Select((file, i) => new Segment(file, IndexOf(file), i == files.Count - 1))];
    }

    private static SegmentIndex? IndexOf(SegmentFile file) =>
        new FileInfo(file.Path) is { Exists: true } there ? SegmentIndex.Read(file.IndexPath, there.Length) : null;

    /// <summary>Null when it was deleted meanwhile, as the oldest are, or has no beginning yet.</summary>
    private static CaptureFileReader? Open(Segment segment, List<string> notes)
    {
        try
        {
            return SegmentFiles.Open(segment.File);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (CaptureFileException damage)
        {
            if (!segment.IsNewest) notes.Add($"{Path.GetFileName(segment.File.Path)}: {damage.Message}");
            return null;
        }
    }

    /// <param name="File">Its place.</param>
    /// <param name="Index">Null of one that is being written, or was when its writer ended.</param>
    /// <param name="IsNewest">May be written to.</param>
    private sealed record Segment(SegmentFile File, SegmentIndex? Index, bool IsNewest)
    {
        public bool IsWithin(long fromNs, long toNs) => Index is null || (Index.LastNs >= fromNs && Index.FirstNs < toNs);

        public bool MayHold(IReadOnlyList<ulong> flows) => Index is null || flows.Any(Index.Flows.MayHold);
    }
}

/// <summary>Interfaces of several files as one list, the same name and link type being the same.</summary>
public sealed class InterfaceTable
{
    private readonly List<CaptureInterface> _interfaces = [];
    private readonly List<int> _ids = [];
    private CaptureFileReader? _reader;

    public string NameOf(int id) => _interfaces[id].Name;

    /// <param name="reader">The file of the frame; a new one begins a new list.</param>
    /// <param name="interfaceId">Of the frame in that file.</param>
    public int IdOf(CaptureFileReader reader, int interfaceId)
    {
        if (reader != _reader)
        {
            _reader = reader;
            _ids.Clear();
        }

        for (var next = _ids.Count; next <= interfaceId; next++)
        {
            var one = reader.Interfaces[next];
            var id = _interfaces.FindIndex(known => known.Name == one.Name && known.LinkType == one.LinkType);
            if (id < 0) _interfaces.Add(one);
            _ids.Add(id < 0 ? _interfaces.Count - 1 : id);
        }

        return _ids[interfaceId];
    }
}

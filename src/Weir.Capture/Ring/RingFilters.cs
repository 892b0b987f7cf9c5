using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>The kernel's filter for each link type, compiled once.</summary>
/// <param name="filter">What is wanted.</param>
/// <param name="snapLength">Bytes kept of what is wanted.</param>
/// <param name="headerBytes">Bytes kept of all else; 0 for none.</param>
internal sealed class RingFilters(CaptureFilter filter, int snapLength, int headerBytes = 0)
{
    private const int DltEn10Mb = 1;

    // Linux and Windows number raw IP so; BSD systems do not have this source.
    private const int DltRaw = 12;

    private readonly Dictionary<LinkType, FilterProgram?> _programs = [];

    /// <summary>The program, null when every frame is wanted whole. libpcap is asked only when there is an expression.</summary>
    /// <exception cref="LibpcapException">The expression does not fit the link type, or libpcap is missing.</exception>
    public FilterProgram? For(LinkType linkType)
    {
        if (_programs.TryGetValue(linkType, out var program)) return program;
        program = filter.ToExpression(linkType) is { } expression
            ? PcapLibrary.Compile(expression, linkType == LinkType.Ethernet ? DltEn10Mb : DltRaw, snapLength)
            : snapLength < LiveCaptureOptions.WholeFrames ? FilterProgram.Snap(snapLength) : null;
        if (headerBytes > 0) program = program?.KeepingHeaders(headerBytes);
        _programs.Add(linkType, program);
        return program;
    }
}

namespace Weir.Flows;

/// <summary>By which rules flows begin, end and are measured (docs/formats/flow-features.md).</summary>
public enum FlowProfile : byte
{
    /// <summary>CICFlowMeter's definitions, computed as they are meant: the defects of both programs corrected, IPv6, tunnels, fragments.</summary>
    Weir,
    /// <summary>CICFlowMeter V4 (Java) as it is, defects included.</summary>
    CicFlowMeter,
    /// <summary>The corrected fork by Engelen, Rimmer, Joosen and Liu as it is.</summary>
    Corrected,
}

/// <summary>Why a flow was told.</summary>
public enum FlowExport : byte
{
    /// <summary>The connection was closed by both sides (V4: by the side that did not open it).</summary>
    Fin,
    Reset,
    /// <summary>Another connection took the same addresses and ports.</summary>
    Reused,
    /// <summary>It had lasted for the flow timeout; what comes is told as its next part.</summary>
    Timeout,
    /// <summary>Nothing came for the idle timeout.</summary>
    Idle,
    /// <summary>Pushed out of a full table.</summary>
    Evicted,
    CaptureEnd,
    /// <summary>A look at a flow that goes on: the same flow is told again.</summary>
    Interim,
}

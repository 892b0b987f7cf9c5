using Weir.Records;

namespace Weir.Export;

/// <summary>
/// A place that exchanges are written to. Not thread-safe. A failed write throws <see cref="OutputException"/> once; what is
/// written after that is counted in <see cref="Lost"/>.
/// </summary>
public interface IExchangeOutput : IExchangeSink, IDisposable
{
    /// <summary>
    /// False once nothing more can be delivered: after a failure, or when the reader of a pipe has gone (<c>| head</c>), which
    /// is no failure. The caller may then stop.
    /// </summary>
    bool IsOpen { get; }

    /// <summary>Exchanges that came after the output had closed.</summary>
    long Lost { get; }

    /// <summary>Hands everything written so far to the operating system.</summary>
    void Flush();
}

/// <summary>An output can no longer be written to; the message says which and why.</summary>
public sealed class OutputException : IOException
{
    public OutputException()
    {
    }

    public OutputException(string message)
        : base(message)
    {
    }

    public OutputException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

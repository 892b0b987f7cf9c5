namespace Weir.Capture;

/// <summary>Capture cannot start as asked. The message names the reason and what to do; it is meant for the user as it stands.</summary>
public sealed class CaptureException : Exception
{
    public CaptureException(string message)
        : base(message)
    {
    }

    public CaptureException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

using System.Runtime.CompilerServices;

[assembly: DisableRuntimeMarshalling]
[assembly: InternalsVisibleTo("Weir.Kernel.Tests")]
[assembly: InternalsVisibleTo("Weir.Capture.Tests")]

